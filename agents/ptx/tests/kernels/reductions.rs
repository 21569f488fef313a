use tessera_compute::{Backend, Cancel, DType, GraphBuilder, ReferenceBackend, Tensor, Value};

use crate::device::Device;
use crate::numbers::Random;

fn words(tensor: &Tensor) -> Vec<u32> {
    match tensor.dtype() {
        DType::F32 => tensor.as_f32().unwrap().iter().map(|x| x.to_bits()).collect(),
        DType::I32 => tensor.as_i32().unwrap().iter().map(|x| *x as u32).collect(),
        DType::I8 => panic!("no i8 results here"),
    }
}

fn tensor(dtype: DType, dims: &[u64], data: &[u32]) -> Tensor {
    match dtype {
        DType::F32 => Tensor::f32(dims, data.iter().map(|bits| f32::from_bits(*bits)).collect()).unwrap(),
        DType::I32 => Tensor::i32(dims, data.iter().map(|word| *word as i32).collect()).unwrap(),
        DType::I8 => Tensor::i8(dims, data.iter().map(|word| *word as i8).collect()).unwrap(),
    }
}

/// A fold of [rows, k] over k by the scalar code.
fn expected(
    fold: impl Fn(&mut GraphBuilder, Value) -> Value,
    dtype: DType,
    [rows, k]: [u64; 2],
    data: &[u32],
) -> Vec<u32> {
    let mut builder = GraphBuilder::new();
    let x = builder.input(dtype, &[rows, k]).unwrap();
    let result = fold(&mut builder, x);
    builder.output(result).unwrap();
    let graph = builder.finish().unwrap();
    words(&ReferenceBackend.run(&graph, &[tensor(dtype, &[rows, k], data)], &Cancel::new()).unwrap()[0])
}

type Fold = fn(&mut GraphBuilder, Value) -> Value;

const FOLDS: [(&str, DType, Fold); 10] = [
    ("sum_i8", DType::I8, |g, x| g.reduce_sum(x).unwrap()),
    ("sum_i32", DType::I32, |g, x| g.reduce_sum(x).unwrap()),
    ("max_f32", DType::F32, |g, x| g.reduce_max(x).unwrap()),
    ("min_f32", DType::F32, |g, x| g.reduce_min(x).unwrap()),
    ("max_i32", DType::I32, |g, x| g.reduce_max(x).unwrap()),
    ("min_i32", DType::I32, |g, x| g.reduce_min(x).unwrap()),
    ("argmin_f32", DType::F32, |g, x| g.argmin(x).unwrap()),
    ("argmax_f32", DType::F32, |g, x| g.argmax(x).unwrap()),
    ("argmin_i32", DType::I32, |g, x| g.argmin(x).unwrap()),
    ("argmax_i32", DType::I32, |g, x| g.argmax(x).unwrap()),
];

#[test]
fn a_warp_and_a_block_to_a_row_give_the_same() {
    let mut random = Random(3);
    for [rows, k] in [[1, 1], [3, 0], [9, 31], [5, 33], [2, 1000]] {
        let n = (rows * k) as usize;
        for (name, dtype, fold) in FOLDS {
            let kinds = match dtype {
                DType::F32 => vec![random.floats(n, true), random.ties(n)],
                _ => vec![
                    (0..n).map(|_| random.next() as u32).collect(),
                    (0..n).map(|_| random.next() as u32 % 3).collect(),
                ],
            };
            for data in kinds {
                let want = expected(fold, dtype, [rows, k], &data);
                let mut device = Device::new("reduce");
                let x = match dtype {
                    DType::I8 => device.upload(&data.iter().map(|word| *word as u8).collect::<Vec<_>>()),
                    _ => device.words(&data),
                };
                for (form, blocks) in [("warp", rows.div_ceil(8)), ("block", rows), ("warp", 1), ("block", 1)] {
                    let out = device.room(rows as usize);
                    device.launch(&format!("{name}_{form}"), [blocks as u32, 1], 256, &[x, out, rows, k]);
                    assert_eq!(device.read(out, rows as usize), want, "{name}_{form} [{rows}, {k}]");
                }
            }
        }
    }
}

#[test]
fn chains_of_long_sums_are_added_in_order() {
    let mut random = Random(4);
    for ([rows, k], wild) in [([3, 9000], false), ([2, 4096], false), ([5, 7], true), ([2, 4097], true)] {
        let data = random.floats((rows * k) as usize, wild);
        let want = expected(|g, x| g.reduce_sum(x).unwrap(), DType::F32, [rows, k], &data);
        let chains = k.div_ceil(4096);
        let mut device = Device::new("chains");
        let (x, partial) = (device.words(&data), device.room((rows * chains) as usize));
        device.launch("chains_sum", [1, 1], 128, &[x, partial, rows, k, chains]);
        let mut out = partial;
        if chains > 1 {
            out = device.room(rows as usize);
            let params = [partial, out, rows, chains].map(tessera_ptx::Arg::U64);
            device.launch_with("chain_totals", [1, 1], 256, [&params[..], &[tessera_ptx::Arg::U32(0)]].concat());
        }
        assert_eq!(device.read(out, rows as usize), want, "[{rows}, {k}]");
    }
}
