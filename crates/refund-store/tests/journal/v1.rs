//! Journals of format 1, as the program of that time wrote them: told once more, in few words, so that
//! they can be had in every shape. The golden file says that it is told right.

use sha2::{Digest, Sha256};

/// A salt for each number.
pub(crate) fn salt(number: u64) -> [u8; 16] {
    (u128::from(number) << 64 | 0x5A17).to_le_bytes()
}

/// The bytes of a journal with these batches.
pub(crate) fn written(batches: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let mut file = b"\xFEjournal\x01\0\0\0".to_vec();
    file.extend(crc32fast::hash(&file).to_le_bytes());
    let mut chain = [0; 32];
    for batch in batches {
        let frame = frame(batch, file.len(), &mut chain);
        file.extend(frame);
    }
    file
}

fn frame(batch: &[Vec<u8>], offset: usize, chain: &mut [u8; 32]) -> Vec<u8> {
    let (mut body, mut links, mut contents) = (Vec::new(), Vec::new(), Vec::new());
    let mut hash = Sha256::new().chain_update(*chain);
    for (payload, number) in batch.iter().zip(offset as u64 + 64..) {
        let salt = salt(number);
        let digest = Sha256::new().chain_update(salt).chain_update(payload).finalize();
        let head = [b"\xFERE\xFF", &u32::try_from(payload.len()).unwrap().to_le_bytes()[..]].concat();
        links.extend([&head[..], &digest].concat());
        contents.extend([&salt[..], payload].concat());
        body.extend([&head[..], &salt, &digest, payload].concat());
        hash.update(digest);
    }
    *chain = hash.finalize().into();
    let crc = |bytes: &[u8]| crc32fast::hash(bytes).to_le_bytes();
    let trailer = [b"\xFEEN\xFF", &crc(&contents)[..], b"\xFEEN\xFF"].concat();
    // A sector that holds a part of the header is never blank.
    let placed = [&vec![0; offset % 512], &[1; 64][..], &body, &trailer].concat();
    let first = offset % 512;
    let blank = placed.chunks(512).enumerate().filter(|(sector, bytes)| {
        let own = if *sector == 0 { &bytes[first..] } else { bytes };
        own.iter().all(|byte| *byte == 0)
    });
    let mut header = b"\xFEFR\xFF".to_vec();
    for number in [batch.len(), body.len(), blank.count()] {
        header.extend(u32::try_from(number).unwrap().to_le_bytes());
    }
    header.extend((offset as u64).to_le_bytes());
    header.extend(*chain);
    header.extend(crc(&links));
    header.extend(crc(&header));
    [header, body, trailer].concat()
}
