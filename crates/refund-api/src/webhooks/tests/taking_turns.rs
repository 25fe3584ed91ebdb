//! That each endpoint has its turn.

use super::sender::{Made, in_turn, made};
use super::*;

#[tokio::test]
async fn a_round_begins_behind_the_endpoint_that_was_served_last_also_where_that_is_gone() {
    let webhooks = Webhooks::new(Arc::new(MemoryDeliveries::default()), Connector::new(Reach::Anywhere), &SECRET);
    let all = ["a", "b", "d"].map(|name| {
        let stored = Arc::new(endpoint(name, "https://example.com/"));
        Arc::new(Endpoint::new(&webhooks, stored, Timestamp::MIN).unwrap())
    });
    let round = |last: Option<&Made>| -> Vec<String> {
        in_turn(all.to_vec(), last).iter().map(|endpoint| endpoint.id().to_owned()).collect()
    };
    assert_eq!(round(None), ["whk_a", "whk_b", "whk_d"]);
    assert_eq!(round(Some(&made(&all[0]))), ["whk_b", "whk_d", "whk_a"]);
    assert_eq!(round(Some(&(Timestamp::MIN, "whk_c".to_owned()))), ["whk_d", "whk_a", "whk_b"]);
    assert_eq!(round(Some(&made(&all[2]))), ["whk_a", "whk_b", "whk_d"]);
}
