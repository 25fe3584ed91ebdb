//! What is kept to be looked at afterwards, beside what happens to refunds.

use crate::names::names;

names! {
    /// What something in the audit trail is about.
    AuditType {
        /// The platform's policy was changed.
        Policy = "policy",
        /// The roll-out was changed.
        Rollout = "rollout",
        /// A seller was set up or changed.
        Seller = "seller",
        /// A seller's prepared offer was saved, changed or removed.
        SavedOffer = "saved_offer",
        /// A key was made or revoked.
        Key = "key",
        /// An endpoint of webhooks was made, changed or removed.
        Webhook = "webhook",
        /// A person was set up or changed.
        Person = "person",
        /// A buyer's link was replaced by another.
        BuyerLink = "buyer_link",
        /// The operator ruled on a refund.
        Ruling = "ruling",
        /// The operator erased a file of a refund, or what was said and known of people on one.
        Erasure = "erasure",
        /// Somebody signed in.
        SignIn = "sign_in",
        /// Somebody tried to sign in and was not let in.
        SignInFailed = "sign_in_failed",
        /// The store was made from a backup.
        Restoration = "restoration",
    }
}
