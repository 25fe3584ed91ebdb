//! Who calls.

/// Who may say something: the platform's key and each seller's.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Keys {
    /// The platform's, which speaks for every buyer.
    pub platform: String,
    /// Each seller's, in the order of [`seller_id`].
    pub sellers: Vec<String>,
}

/// The id of a seller, counted from zero.
#[must_use]
pub fn seller_id(seller: usize) -> String {
    format!("seller-{seller:05}")
}
