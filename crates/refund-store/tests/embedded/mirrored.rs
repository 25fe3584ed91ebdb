//! Any requests, to the memory model and to the embedded store side by side.

use proptest::prelude::*;
use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::FILE;
use refund_store::{EmbeddedStore, Store};

use super::mirror::{Twin, nobody_can_tell, steps};
use super::older::in_format_1;
use super::open_on;

struct Embedded {
    disk: SimulatedDisk,
    folder: tempfile::TempDir,
    store: Option<EmbeddedStore>,
}

impl Embedded {
    fn new() -> Self {
        let (disk, folder) = (SimulatedDisk::new(), tempfile::tempdir().unwrap());
        let store = Some(open_on(&disk, folder.path()).store);
        Self { disk, folder, store }
    }
}

impl Twin for Embedded {
    fn store(&self) -> &dyn Store {
        self.store.as_ref().unwrap()
    }

    fn reopen(&mut self, rebuilt: bool, older: bool) {
        self.store = None;
        if older {
            self.disk.put(FILE, &in_format_1(&self.disk.contents(FILE).unwrap()));
        }
        if rebuilt || older {
            std::fs::remove_dir_all(self.folder.path().join("view")).unwrap();
        }
        self.store = Some(open_on(&self.disk, self.folder.path()).store);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn nobody_can_tell_the_embedded_store_from_the_model(steps in steps()) {
        nobody_can_tell(Embedded::new(), &steps);
    }
}
