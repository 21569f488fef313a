use tessera_compute::{Backend, Cancel, DType, GraphBuilder, ReferenceBackend, Tensor};

use crate::device::Device;
use crate::numbers::Random;

fn f32s(words: &[u32]) -> Vec<f32> {
    words.iter().map(|bits| f32::from_bits(*bits)).collect()
}

/// A [batches, m, k] times the transposed B [batches, n, k], by the scalar code.
fn expected(dtype: DType, [batches, m, n, k]: [u64; 4], a: Tensor, b: Tensor) -> Vec<u32> {
    let mut builder = GraphBuilder::new();
    let x = builder.input(dtype, &[batches, m, k]).unwrap();
    let y = builder.input(dtype, &[batches, n, k]).unwrap();
    let product = builder.matmul(x, y).unwrap();
    builder.output(product).unwrap();
    let out = ReferenceBackend.run(&builder.finish().unwrap(), &[a, b], &Cancel::new()).unwrap().remove(0);
    match dtype {
        DType::F32 => out.as_f32().unwrap().iter().map(|x| x.to_bits()).collect(),
        _ => out.as_i32().unwrap().iter().map(|x| *x as u32).collect(),
    }
}

fn grid([batches, m, n, _]: [u64; 4], side: u64) -> [u32; 2] {
    [(m.div_ceil(side) * n.div_ceil(side)) as u32, batches as u32]
}

#[test]
fn f32_products_in_both_tile_sizes() {
    let mut random = Random(1);
    for (shape, wild) in [
        ([1, 1, 1, 1], false),
        ([2, 33, 7, 5], true),
        ([1, 37, 35, 131], true),
        ([1, 130, 129, 20], false),
        ([1, 3, 5, 4100], false),
    ] {
        let [batches, m, n, k] = shape;
        let a = random.floats((batches * m * k) as usize, wild);
        let b = random.floats((batches * n * k) as usize, wild);
        let tensor = |dims: &[u64], words: &[u32]| Tensor::f32(dims, f32s(words)).unwrap();
        let want = expected(DType::F32, shape, tensor(&[batches, m, k], &a), tensor(&[batches, n, k], &b));
        for (name, side) in [("matmul_f32_32", 32), ("matmul_f32_128", 128)] {
            let mut device = Device::new("matmul_f32");
            let (x, y, out) = (device.words(&a), device.words(&b), device.room(want.len()));
            device.launch(name, grid(shape, side), 256, &[x, y, out, m, n, k]);
            assert!(device.read(out, want.len()) == want, "{name} {shape:?}");
        }
    }
}

#[test]
fn i8_products_for_both_generations() {
    let mut random = Random(2);
    for shape in [[1, 1, 1, 1], [2, 9, 17, 33], [1, 130, 40, 64], [1, 20, 129, 300]] {
        let [batches, m, n, k] = shape;
        let (a, b) = (random.bytes((batches * m * k) as usize), random.bytes((batches * n * k) as usize));
        let tensor =
            |dims: &[u64], bytes: &[u8]| Tensor::i8(dims, bytes.iter().map(|byte| *byte as i8).collect()).unwrap();
        let want = expected(DType::I8, shape, tensor(&[batches, m, k], &a), tensor(&[batches, n, k], &b));
        for name in ["matmul_i8_sm75", "matmul_i8_sm80"] {
            let mut device = Device::new(name);
            let (x, y, out) = (device.upload(&a), device.upload(&b), device.room(want.len()));
            device.launch(name, grid(shape, 128), 256, &[x, y, out, m, n, k]);
            assert!(device.read(out, want.len()) == want, "{name} {shape:?}");
        }
    }
}
