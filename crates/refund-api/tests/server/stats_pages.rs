//! The page of statistics: it shows what the API counts, to whom it may be shown.

use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server, money, opening, path, small_refund};

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
        assert!(page.says("Half answered within</dt><dd><span class=\"amount\">under a minute"));
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

/// An offer of two on a new refund of that seller, which its buyer accepts.
fn accepted(server: &Server, seller: &str, order: &str) {
    let key = json!({ "name": order, "role": "seller", "seller_id": seller });
    let key = server.post("/v1/keys", &server.operator, &[], &key).body["secret"].as_str().unwrap().to_owned();
    let mut body = opening(order);
    body["seller_id"] = json!(seller);
    let refund = server.post("/v1/refunds", &server.platform, &[], &body).body;
    let first = [("If-Match", "\"1\"")];
    let offered = server.post(&path(&refund, "negotiation"), &key, &first, &small_refund("2.00"));
    let answer = json!({ "negotiation_id": offered.body["negotiation"]["id"] });
    let answered = server.post(&path(&refund, "negotiation/accept"), &server.platform, &[], &answer);
    assert_eq!(answered.status, 200, "{}", answered.body);
}

fn today(server: &Server) -> String {
    server.get("/v1/test-clock", &server.operator).body["now"].as_str().unwrap()[..10].to_owned()
}

#[test]
fn days_are_compared_with_as_many_before_them() {
    demo(|server, operator, _| {
        server.advance(100 * 86_400);
        accepted(server, SELLER, "o-1");
        let first = today(server);
        server.advance(86_400);
        accepted(server, SELLER, "o-2");
        accepted(server, SELLER, "o-3");
        let second = today(server);
        let page = operator.get(&format!("/stats?seller={SELLER}&from={second}&to={second}"));
        assert!(page.text().contains("Offers made 2 Before: 1 "), "{}", page.text());
        assert!(page.text().contains("Kept CN¥36.00 Before: CN¥18.00"), "{}", page.text());
        let chosen = page.html.split("aria-current=\"true\">").nth(1).unwrap();
        assert!(chosen.starts_with("Today<"), "{chosen}");
        assert!(page.says(&format!("seller={SELLER}&#38;from={second}&#38;to={second}")), "{}", page.html);
        let both = operator.get(&format!("/stats?seller={SELLER}&from={first}&to={second}"));
        assert!(both.text().contains("Offers made 3 Before: 0 "), "{}", both.text());
        assert!(operator.get("/stats?from=0001-01-01&to=0001-01-01").status == 200, "nothing is before the first day");
    });
}

#[test]
fn sellers_are_sorted_by_what_is_asked_and_an_operators_alone() {
    demo(|server, operator, seller| {
        server.advance(100 * 86_400);
        let other = "seller-lights";
        for (own, order) in [(SELLER, "o-1"), (SELLER, "o-2"), (other, "o-3")] {
            accepted(server, own, order);
        }
        let day = today(server);
        let mut sorted = |more: &str| {
            let page = operator.get(&format!("/stats?from={day}&to={day}{more}"));
            let table = page.html.split_once("id=\"sellers\"").unwrap().1.split_once("</table>").unwrap().0.to_owned();
            let rows = table.split("<bdi class=\"dim\">").skip(1).map(|row| row.split('<').next().unwrap().to_owned());
            let by = table.split("aria-sort=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            (by, rows.collect::<Vec<_>>())
        };
        let (most, least) = (vec![SELLER.to_owned(), other.to_owned()], vec![other.to_owned(), SELLER.to_owned()]);
        for (more, by, expected) in [
            ("", "descending", &most),
            ("&sort=kept", "descending", &most),
            ("&sort=kept&up=yes", "ascending", &least),
            ("&sort=made&up=yes", "ascending", &least),
            ("&sort=rubbish", "descending", &most),
        ] {
            assert_eq!(sorted(more), (by.to_owned(), expected.clone()), "{more}");
        }
        let names = sorted("&sort=seller");
        assert_eq!(names.0, "ascending");
        let turned = sorted("&sort=seller&up=yes");
        assert_eq!((turned.0.as_str(), turned.1.into_iter().rev().collect::<Vec<_>>()), ("descending", names.1));
        assert!(!operator.get(&format!("/stats?seller={SELLER}")).says("id=\"sellers\""));
        assert!(!seller.get("/stats").says("id=\"sellers\""), "whoever else sells is nothing of a seller's");
    });
}

#[test]
fn what_is_shown_is_had_as_csv() {
    demo(|server, operator, seller| {
        server.advance(100 * 86_400);
        accepted(server, SELLER, "o-1");
        accepted(server, "seller-lights", "o-2");
        let day = today(server);
        let asked = format!("from={day}&to={day}");
        let days = operator.get(&format!("/stats/csv?{asked}&table=days"));
        let head = "offers_made,offers_accepted,offers_rejected,offers_expired,offers_withdrawn,decided_by_silence,\
                    median_answer_seconds,amount_asked_CNY,amount_kept_CNY";
        assert_eq!(days.html, format!("\u{feff}date,{head}\n{day},2,2,0,0,0,0,0,40.00,36.00\n"));
        assert_eq!(days.headers["content-type"], "text/csv; charset=utf-8");
        let attached = days.headers["content-disposition"].to_str().unwrap();
        assert_eq!(attached, format!("attachment; filename=\"refund-days-{day}-{day}.csv\""));
        let sellers = operator.get(&format!("/stats/csv?{asked}&table=sellers&sort=seller")).html;
        assert!(sellers.starts_with(&format!("\u{feff}seller_id,seller_name,{head}\n")), "{sellers}");
        assert_eq!(sellers.matches(",1,1,0,0,0,0,0,20.00,18.00\n").count(), 2, "{sellers}");
        assert_eq!(operator.get(&format!("/stats/csv?{asked}&table=reasons")).html, "\u{feff}for,code,count\n");
        // A seller's people get their own, and nobody else's.
        assert!(seller.get(&format!("/stats/csv?{asked}&table=days&seller=seller-lights")).html.contains(",1,1,0"));
        for table in ["sellers", "rubbish", ""] {
            assert_eq!(seller.get(&format!("/stats/csv?{asked}&table={table}")).status, 404, "{table}");
        }
        let wrong = operator.get("/stats/csv?from=tomorrow&table=days");
        assert_eq!((wrong.status, wrong.location()), (303, "/stats?from=tomorrow"));
        assert_eq!(Clerk::nobody(server).get("/stats/csv?table=days").status, 303);
    });
}
