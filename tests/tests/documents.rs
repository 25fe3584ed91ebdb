//! What is made from code and stories is as it was made.

use refund_tests::documents::{all, stale, strays};

#[test]
fn every_made_document_is_as_the_code_and_the_stories_are_now() {
    let documents = all().expect("documents that can be made");
    let stale: Vec<_> = documents.iter().filter_map(stale).collect();
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn nothing_else_stands_among_the_made_documents() {
    let documents = all().expect("documents that can be made");
    assert_eq!(strays(&documents), [""; 0], "remove these");
}
