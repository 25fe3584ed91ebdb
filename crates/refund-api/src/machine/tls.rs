//! TLS to others, whom this machine has to trust.

use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, Error, crypto};

/// What makes a connection one by TLS.
pub(crate) fn connector() -> Result<TlsConnector, Error> {
    Ok(TlsConnector::from(Arc::new(config()?)))
}

/// By whom others are known, and how they are spoken to.
pub(crate) fn config() -> Result<ClientConfig, Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(config)
}
