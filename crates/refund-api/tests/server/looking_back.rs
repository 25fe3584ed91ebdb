//! Before a policy is changed, what the change would have meant of late is said.

use serde_json::json;

use crate::settings_pages::{POLICY, fields, send, with};
use crate::support::clerk::{Clerk, demo};
use crate::support::{path, small_refund};

/// How many answers the review of a time to answer counts, and how many of them as too late; nothing where it counts none.
fn looked_back(operator: &mut Clerk, hours: &str) -> Option<(u64, u64)> {
    let time = [("buyer_answer_seconds", hours), ("buyer_answer_seconds.unit", "hours"), ("step", "review")];
    let typed = with(fields(&operator.get(POLICY)), &time);
    let review = send(operator, POLICY, &typed);
    let (all, rest) = review.html.split_once("buyers answered ")?.1.split_once(" offers, ")?;
    Some((all.parse().unwrap(), rest.split_once(" of them later")?.0.parse().unwrap()))
}

#[test]
fn a_shorter_time_to_answer_is_held_against_the_latest_answers() {
    demo(|server, operator, _| {
        let before = ["5", "7"].map(|hours| looked_back(operator, hours).unwrap());
        let refunds = ["o-1", "o-2"].map(|order| server.open(order));
        let offers = refunds.each_ref().map(|refund| {
            let offered = server.as_seller(refund, "negotiation", &small_refund("2.00"));
            assert_eq!(offered.status, 201, "{}", offered.body);
            json!({ "negotiation_id": offered.body["negotiation"]["id"] })
        });
        for ((refund, offer), hours) in refunds.iter().zip(&offers).zip([1, 5]) {
            server.advance(hours * 3_600);
            let link = refund["buyer_link"]["token"].as_str().unwrap();
            let version = format!("\"{}\"", server.show(refund)["version"]);
            let answered = server.post(&path(refund, "negotiation/reject"), link, &[("If-Match", &version)], offer);
            assert_eq!(answered.status, 200, "{}", answered.body);
        }
        let after = ["5", "7"].map(|hours| looked_back(operator, hours).unwrap());
        let more = before.iter().zip(after).map(|(before, after)| (after.0 - before.0, after.1 - before.1));
        assert_eq!(more.collect::<Vec<_>>(), [(2, 1), (2, 0)]);
        assert_eq!(looked_back(operator, "40"), None, "more time shuts nobody out");
    });
}
