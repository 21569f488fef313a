use tessera_compute::referee::layout;
use tessera_compute::{Tensor, Tree};

use crate::device::Device;
use crate::numbers::Random;

/// A tensor's tree hash as the kernels make it: leaves, then level by level.
fn tree_hash(bytes: &[u8], width: u64, [rows, row]: [u64; 2], padded: u64) -> Vec<u8> {
    let leaves = (rows * padded * width).div_ceil(512);
    let mut device = Device::new("sha256");
    let x = device.upload(bytes);
    let mut hashes = device.room(8 * leaves as usize);
    let name = format!("hash_leaves_{width}");
    device.launch(&name, [2, 1], 64, &[x, hashes, leaves, rows, row, padded]);
    let mut count = leaves;
    while count > 1 {
        let above = device.room(8 * count.div_ceil(2) as usize);
        device.launch("hash_nodes", [1, 1], 64, &[hashes, above, count]);
        (hashes, count) = (above, count.div_ceil(2));
    }
    device.read(hashes, 8).into_iter().flat_map(u32::to_le_bytes).collect()
}

#[test]
fn trees_of_f32_and_i8() {
    let mut random = Random(5);
    for [rows, row] in [[1, 1], [3, 5], [7, 128], [5, 129], [2, 700], [90, 33]] {
        let words: Vec<f32> = (0..rows * row).map(|_| random.unit()).collect();
        let bytes: Vec<u8> = words.iter().flat_map(|x| x.to_le_bytes()).collect();
        let tensor = Tensor::f32(&[rows, row], words).unwrap();
        let padded = layout::padded_row(tensor.dtype(), row);
        assert_eq!(tree_hash(&bytes, 4, [rows, row], padded), Tree::of_tensor(&tensor).hash(), "f32 [{rows}, {row}]");

        let bytes = random.bytes((rows * row) as usize);
        let tensor = Tensor::i8(&[rows, row], bytes.iter().map(|byte| *byte as i8).collect()).unwrap();
        let padded = layout::padded_row(tensor.dtype(), row);
        assert_eq!(tree_hash(&bytes, 1, [rows, row], padded), Tree::of_tensor(&tensor).hash(), "i8 [{rows}, {row}]");
    }
}
