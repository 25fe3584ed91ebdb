//! The page of statistics: it shows what the API counts, to whom it may be shown.

use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, money, opening, path, small_refund};

use serde_json::json;

/// What a tile of the page says.
fn tile(html: &str, name: &str) -> String {
    let rest = html.split_once(&format!("{name}</dt><dd>")).map_or("", |(_, rest)| rest);
    let value = rest.split("</dd>").next().unwrap();
    value.replace("<span class=\"amount\">", "").replace("</span>", "").trim().to_owned()
}

#[test]
fn the_page_says_what_the_api_says() {
    demo(|server, operator, seller| {
        let total = server.get("/v1/stats", &server.operator).body["total"].clone();
        assert!(total["offers_accepted"].as_u64() > Some(0), "the demo has some: {total}");
        let page = operator.get("/stats");
        assert_eq!(page.status, 200);
        for (name, field) in [
            ("Offers made", "offers_made"),
            ("Accepted", "offers_accepted"),
            ("Rejected", "offers_rejected"),
            ("Expired", "offers_expired"),
            ("Withdrawn", "offers_withdrawn"),
            ("Decided by silence", "decided_by_silence"),
        ] {
            assert_eq!(tile(&page.html, name), total[field].to_string(), "{name}");
        }
        // A seller's people see their own, whatever they ask for.
        let of_seller = server.get("/v1/stats", &server.seller).body["total"].clone();
        assert_ne!(of_seller, total);
        for asked in ["/stats", "/stats?seller=seller-lights"] {
            assert_eq!(tile(&seller.get(asked).html, "Offers made"), of_seller["offers_made"].to_string(), "{asked}");
        }
        let asked = operator.get(&format!("/stats?seller={SELLER}"));
        assert_eq!(tile(&asked.html, "Offers made"), of_seller["offers_made"].to_string());
        assert_eq!(Clerk::nobody(server).get("/stats").location(), "/sign-in?back=%2Fstats");
    });
}

#[test]
fn each_number_is_a_bar_and_a_cell_and_what_was_lost_hangs_below() {
    demo(|server, operator, _| {
        let day = |at: &serde_json::Value| at.as_str().unwrap()[..10].to_owned();
        server.advance(40 * 86_400);
        let opened = server.post("/v1/refunds", &server.platform, &[], &{
            let mut body = opening("o-stats");
            body["amount"] = money("5.00");
            body
        });
        let refund = opened.body;
        assert_eq!(server.as_seller(&refund, "negotiation", &small_refund("9.00")).status, 201);
        let shown = server.show(&refund);
        let answer = json!({ "negotiation_id": shown["negotiation"]["id"] });
        assert_eq!(server.post(&path(&refund, "negotiation/accept"), &server.platform, &[], &answer).status, 200);
        let today = day(&shown["opened_at"]);
        let page = operator.get(&format!("/stats?seller={SELLER}&from={today}&to={today}"));
        assert_eq!(tile(&page.html, "Asked for"), "CN¥5.00");
        assert_eq!(tile(&page.html, "Kept"), "CN¥−4.00");
        assert_eq!(page.html.matches("<rect class=\"made\"").count(), 1);
        assert_eq!(page.html.matches("<rect class=\"accepted\"").count(), 1);
        assert!(page.says("<rect class=\"rejected\" x=\"1\" y=\"0\" width=\"8\" height=\"1000\"/>"), "{}", page.html);
        assert!(page.says("data-label=\"Accepted\">1</td>"));
        assert!(page.says("Half answered within</dt><dd>under a minute"));
        // A day without anything has neither.
        let empty = operator.get("/stats?from=2020-01-01&to=2020-01-31");
        assert!(empty.says("Nothing was counted on these days.") && !empty.says("<svg") && !empty.says("<table"));
    });
}

#[test]
fn days_that_can_not_be_asked_for_are_told() {
    demo(|_, operator, _| {
        for (asked, told) in [
            ("from=2026-02-30", "From: a day such as"),
            ("to=tomorrow", "To: a day such as"),
            ("from=2026-03-02&to=2026-03-01", "From: at most 366 days"),
            ("from=2020-01-01&to=2026-03-01", "From: at most 366 days"),
            ("seller=two%20words", "Seller: 1 to 64"),
            ("seller=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%E2%80%AE+x", "Seller: 1 to 64"),
        ] {
            let page = operator.get(&format!("/stats?{asked}"));
            assert!(page.status == 422 && page.notice().starts_with(told), "{asked}: {}", page.notice());
            assert!(!page.says("<script>alert"));
        }
        assert_eq!(operator.get("/stats?from=2025-03-01&to=2026-03-01").status, 200, "366 of them");
    });
}
