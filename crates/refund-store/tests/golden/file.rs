//! Files with bytes of every format that was ever written.

/// The bytes of a golden file. A new one is written by running its test with `REFUND_STORE_WRITE_GOLDEN=` its name.
pub(super) fn golden(name: &str, written: &[u8]) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var("REFUND_STORE_WRITE_GOLDEN").as_deref() == Ok(name) {
        assert!(!path.exists(), "{name} is there for ever");
        std::fs::write(&path, written).unwrap();
    }
    std::fs::read(path).unwrap()
}
