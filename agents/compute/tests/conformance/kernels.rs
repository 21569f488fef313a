//! What the cases of the operations leave out because it takes larger tensors, an older device, or no operation: kernels
//! on the interpreter one by one.

use tessera_compute::DType::{F32, I8, I32};
use tessera_compute::cuda::{Arg, CudaBackend, Kernel, Launcher, Module, device_bytes};
use tessera_compute::{Backend, Cancel, DType, Graph, GraphBuilder, ReferenceBackend, Tensor};

use crate::interpreted::Interpreted;
use crate::values::{FLAVOURS, Flavour, Random, tensor};

fn product(dtype: DType, a: &[u64], b: &[u64]) -> Graph {
    let mut g = GraphBuilder::new();
    let (a, b) = (g.input(dtype, a).unwrap(), g.input(dtype, b).unwrap());
    let c = g.matmul(a, b).unwrap();
    g.output(c).unwrap();
    g.finish().unwrap()
}

fn reference(graph: &Graph, inputs: &[Tensor]) -> Tensor {
    ReferenceBackend.run(graph, inputs, &Cancel::new()).unwrap().remove(0)
}

fn bytes(tensor: &Tensor) -> Vec<u8> {
    (0..tensor.shape().elements() as usize).flat_map(|i| tensor.word(i).unwrap().to_le_bytes()).collect()
}

/// Launches a kernel on buffers of these tensors of 4-byte elements, then their sizes; gives what buffer `out` holds then.
fn launch(kernel: Kernel, grid: u32, buffers: &[&Tensor], sizes: &[u64], out: usize) -> Vec<u8> {
    let mut device = Interpreted(75).device();
    let mut held = Vec::new();
    for tensor in buffers {
        let mut buffer = device.allocate(tensor.tensor_type().bytes()).unwrap();
        device.upload(&bytes(tensor), &mut buffer).unwrap();
        held.push(buffer);
    }
    let addresses = held.iter().map(|buffer| Arg::U64(device.address(buffer)));
    let args: Vec<Arg<'_>> = addresses.chain(sizes.iter().map(|&size| Arg::U64(size))).collect();
    // SAFETY: the interpreter checks every access.
    unsafe { device.launch(kernel, [grid, 1], 256, &args).unwrap() };
    let mut result = vec![0; bytes(buffers[out]).len()];
    device.download(&held[out], &mut result).unwrap();
    result
}

#[test]
fn large_tiles_of_f32() {
    let mut random = Random(3);
    let kernel = Kernel { module: Module::MatmulF32, name: "matmul_f32_128" };
    // Several tiles with remainders; more than one chain.
    for (m, n, k) in [(130, 129, 9), (129, 257, 16), (2, 3, 4108)] {
        for flavour in if k > 4000 { vec![Flavour::Wild] } else { FLAVOURS.to_vec() } {
            let a = tensor(&mut random, F32, &[m, k], flavour);
            let b = tensor(&mut random, F32, &[n, k], flavour);
            let out = tensor(&mut random, F32, &[m, n], Flavour::Wild);
            let grid = (m.div_ceil(128) * n.div_ceil(128)) as u32;
            let got = launch(kernel, grid, &[&a, &b, &out], &[m, n, k], 2);
            let want = reference(&product(F32, &[m, k], &[n, k]), &[a, b]);
            assert!(got == bytes(&want), "{m} {n} {k} {flavour:?}");
        }
    }
}

#[test]
fn i8_products_on_older_tensor_cores() {
    let mut random = Random(4);
    for (m, n, k) in [(1, 1, 1), (5, 17, 16), (130, 129, 100), (3, 2, 260), (2, 140, 64)] {
        let graph = product(I8, &[2, m, k], &[2, n, k]);
        let inputs = [[2, m, k], [2, n, k]].map(|dims| tensor(&mut random, I8, &dims, Flavour::Plain));
        let got = Interpreted(75).run(&graph, &inputs, &Cancel::new()).unwrap();
        assert_eq!(got, [reference(&graph, &inputs)], "{m} {n} {k}");
    }
}

#[test]
fn many_matrices_of_a_batch() {
    // Enough of them for the large tile.
    let mut random = Random(5);
    let graph = product(F32, &[97, 2, 3], &[97, 5, 3]);
    let inputs = [[97, 2, 3], [97, 5, 3]].map(|dims| tensor(&mut random, F32, &dims, Flavour::Wild));
    let got = Interpreted(80).run(&graph, &inputs, &Cancel::new()).unwrap();
    assert_eq!(got, [reference(&graph, &inputs)]);
}

#[test]
fn solve_with_room_for_totals() {
    let mut random = Random(6);
    let kernel = Kernel { module: Module::Linear, name: "solve_rows_long" };
    let (r, p) = (3, 21);
    for flavour in FLAVOURS {
        let b = tensor(&mut random, F32, &[r, p], flavour);
        let l = tensor(&mut random, F32, &[p, p], flavour);
        let transposed = (0..p * p).map(|at| l.as_f32().unwrap()[(at % p * p + at / p) as usize]).collect();
        let lt = Tensor::f32(&[p, p], transposed).unwrap();
        let mut g = GraphBuilder::new();
        let (of_b, of_l) = (g.input(F32, &[r, p]).unwrap(), g.input(F32, &[p, p]).unwrap());
        let x = g.solve(of_b, of_l).unwrap();
        g.output(x).unwrap();
        let want = reference(&g.finish().unwrap(), &[b.clone(), l]);
        let room = tensor(&mut random, F32, &[r, p], Flavour::Wild);
        let got = launch(kernel, 2, &[&b, &lt, &room, &room], &[r, p], 2);
        assert!(got == bytes(&want), "{flavour:?}");
    }
}

/// A graph whose operations give tensors of many layouts: rows of every padding, several levels, none.
fn layouts() -> (Graph, Vec<Tensor>) {
    let mut g = GraphBuilder::new();
    let mut random = Random(7);
    let mut inputs = Vec::new();
    let shapes: [&[u64]; 10] =
        [&[], &[1], &[3], &[0, 4], &[5, 3], &[7, 128], &[3, 129], &[2, 3, 200], &[40, 130], &[600]];
    for dtype in [F32, I8, I32] {
        for dims in shapes {
            let x = g.input(dtype, dims).unwrap();
            inputs.push(tensor(&mut random, dtype, dims, Flavour::Wild));
            g.reshape(x, dims).unwrap();
        }
    }
    let last = g.fill(1.0, &[1030]).unwrap();
    g.output(last).unwrap();
    (g.finish().unwrap(), inputs)
}

#[test]
fn roots_on_the_device_are_those_of_the_tensors() {
    let (graph, inputs) = layouts();
    let mut want: Vec<_> = inputs.iter().map(Tensor::root).collect();
    want.push(Tensor::f32(&[1030], vec![1.0; 1030]).unwrap().root());
    assert_eq!(Interpreted(80).trace_roots(&graph, &inputs), want);
    for device in CudaBackend::devices().unwrap_or_default() {
        let backend = CudaBackend::new(device.ordinal).unwrap();
        assert_eq!(backend.trace_roots(&graph, &inputs, &Cancel::new()).unwrap(), want);
    }
}

#[test]
fn a_cancelled_run_ends() {
    let cancel = Cancel::new();
    cancel.cancel();
    let graph = product(F32, &[2, 2], &[2, 2]);
    let x = Tensor::f32(&[2, 2], vec![1.0; 4]).unwrap();
    let result = Interpreted(80).run(&graph, &[x.clone(), x], &cancel);
    assert_eq!(result, Err(tessera_compute::ExecError::Cancelled));
}

#[test]
fn memory_counts_inputs_tensors_and_scratch() {
    let graph = product(F32, &[64, 32], &[16, 32]);
    let tensors = 4 * (64 * 32 + 16 * 32 + 64 * 16);
    assert!(device_bytes(&graph) >= tensors && device_bytes(&graph) < tensors + 4096);
    // The factor is made transposed first.
    let mut g = GraphBuilder::new();
    let a = g.input(F32, &[100, 100]).unwrap();
    let l = g.cholesky(a).unwrap();
    g.output(l).unwrap();
    assert!(device_bytes(&g.finish().unwrap()) >= 3 * 40_000);
}
