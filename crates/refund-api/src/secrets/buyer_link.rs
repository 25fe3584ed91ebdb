//! The buyer's link to one refund: made from a secret, so that it is stored nowhere.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use refund_core::{Refund, RefundId, Span, Timestamp};
use sha2::Sha256;

use super::keyed;
use crate::wire::BuyerLink;

/// What every link's token begins with.
pub(crate) const PREFIX: &str = "lnk_";

/// How long a link lives on after its refund is final.
const LIVES_ON: Span = Span::hours(30 * 24);

/// Makes and reads buyers' links.
pub(crate) struct Links(Hmac<Sha256>);

impl Links {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret, b"buyer link"))
    }

    /// A refund's link of that generation, under that address.
    pub(crate) fn link(&self, refund_id: &RefundId, generation: u32, public_url: &str) -> BuyerLink {
        let tag: [u8; 32] = self.mac(refund_id, generation).finalize().into_bytes().into();
        let token = format!("{PREFIX}{refund_id}.{generation}.{}", BASE64URL_NOPAD.encode(&tag));
        BuyerLink { url: format!("{public_url}/b/{token}"), token }
    }

    /// The refund that a token is for and which of its links it is, if it is one of ours.
    pub(crate) fn read(&self, token: &str) -> Option<(RefundId, u32)> {
        let (id, rest) = token.strip_prefix(PREFIX)?.split_once('.')?;
        let (generation, tag) = rest.split_once('.')?;
        let refund_id = RefundId::new(id).ok()?;
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?;
        let number: u32 = generation.parse().ok().filter(|number: &u32| number.to_string() == generation)?;
        self.mac(&refund_id, number).verify_slice(&tag).ok()?;
        Some((refund_id, number))
    }

    fn mac(&self, refund_id: &RefundId, generation: u32) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(&generation.to_be_bytes());
        mac.update(refund_id.as_str().as_bytes());
        mac
    }
}

/// Whether a refund has been final for so long that its link has ended.
pub(crate) fn has_ended(refund: &Refund, now: Timestamp) -> bool {
    refund.status.kind().is_final() && now >= refund.updated_at.plus(LIVES_ON)
}
