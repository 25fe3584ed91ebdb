//! A message's signature by the Standard Webhooks specification, and the secrets that make it.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secrets::keyed;

/// What every signing secret begins with.
const PREFIX: &str = "whsec_";

/// Makes the secrets of endpoints, so that none is stored.
pub(crate) struct SigningSecrets(Hmac<Sha256>);

/// What the messages to an endpoint are signed with.
#[derive(Clone)]
pub(crate) struct SigningSecret([u8; 32]);

impl SigningSecrets {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret, b"webhook secret"))
    }

    pub(crate) fn secret(&self, endpoint_id: &str, generation: u32) -> SigningSecret {
        let mut mac = self.0.clone();
        mac.update(&generation.to_be_bytes());
        mac.update(endpoint_id.as_bytes());
        SigningSecret(mac.finalize().into_bytes().into())
    }
}

impl SigningSecret {
    /// The secret as its owner is told it.
    pub(crate) fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(byte, given)| *byte = given);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }
}

/// The value of `webhook-signature`: one signature for each secret that is valid.
pub(crate) fn signatures(secrets: &[SigningSecret], id: &str, seconds: i64, body: &str) -> String {
    let signatures: Vec<_> = secrets.iter().map(|secret| secret.sign(id, seconds, body)).collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use standardwebhooks::Webhook;

    use super::*;

    const BODY: &str = r#"{"type":"refund.opened"}"#;

    fn headers(signature: &str, seconds: i64) -> axum::http::HeaderMap {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("webhook-id", "msg_1".parse().unwrap());
        headers.insert("webhook-timestamp", seconds.to_string().parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        headers
    }

    #[test]
    fn the_specifications_own_library_accepts_each_valid_secret_and_no_other() {
        let made = SigningSecrets::new(&[7; 32]);
        let (old, new, unused) = (made.secret("whk_a", 1), made.secret("whk_a", 2), made.secret("whk_b", 1));
        let seconds = crate::machine::clock::system_now().as_millis() / 1000;
        let signature = signatures(&[new.clone(), old.clone()], "msg_1", seconds, BODY);
        let headers = headers(&signature, seconds);
        for valid in [old, new] {
            Webhook::new(&valid.text()).unwrap().verify(BODY.as_bytes(), &headers).unwrap();
        }
        assert!(Webhook::new(&unused.text()).unwrap().verify(BODY.as_bytes(), &headers).is_err());
        let another = SigningSecrets::new(&[8; 32]).secret("whk_a", 1);
        assert!(Webhook::new(&another.text()).unwrap().verify(BODY.as_bytes(), &headers).is_err());
    }

    #[test]
    fn it_signs_as_the_specifications_own_library_does() {
        let secret = SigningSecrets::new(&[7; 32]).secret("whk_a", 1);
        let theirs = Webhook::new(&secret.text()).unwrap().sign("msg_1", 1_700_000_000, BODY.as_bytes()).unwrap();
        assert_eq!(signatures(&[secret], "msg_1", 1_700_000_000, BODY), theirs);
    }
}
