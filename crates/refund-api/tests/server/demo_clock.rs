//! The demo's clock is moved by whoever is signed in there or has a buyer's link, and by nobody else.

use crate::support::browser::Browser;
use crate::support::clerk::{Clerk, demo};

#[test]
fn nobody_who_only_reaches_the_port_moves_the_clock() {
    demo(|server, operator, seller| {
        let now = || server.get("/v1/test-clock", &server.operator).body["now"].as_str().unwrap().to_owned();
        let before = now();
        let nobody = Browser::new(server);
        let by = [("by", "hour"), ("back", "/refunds")];
        assert_eq!(nobody.submit("/clock", &by).location(), "/sign-in");
        assert!(!nobody.open("/sign-in").html.contains("action=\"/clock\""), "nor is it offered there");
        assert_eq!(
            nobody.submit("/clock", &[("by", "hour"), ("back", "/b/lnk_guessed.1.AAAA")]).location(),
            "/sign-in"
        );
        // A page of another site has the browser's cookies at the most, and the mark of no page.
        assert_eq!(seller.forge("/clock").status, 403);
        assert_eq!(now(), before);
        let moves = |clerk: &mut Clerk| {
            assert!(clerk.get("/refunds").says("action=\"/clock\""));
            assert_eq!(clerk.post("/clock", &by).location(), "/refunds");
        };
        moves(operator);
        moves(seller);
        let refund = server.open("o-1");
        let page = server.buyer_page(&refund);
        let buyer = Browser::new(server);
        assert!(buyer.open(&page).html.contains("action=\"/clock\""));
        assert_eq!(buyer.submit("/clock", &[("by", "hour"), ("back", &page)]).location(), page);
        let hours = |at: &str| chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp() / 3600;
        assert_eq!(hours(&now()) - hours(&before), 3);
    });
}
