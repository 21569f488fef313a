//! How a backend runs: threads, cancellation, wrong inputs, a thread that does not compute as it should.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_compute::DType::{F32, I32};
use tessera_compute::{Backend, Cancel, CpuBackend, ExecError, Graph, GraphBuilder, Tensor};

fn uniform(g: &mut GraphBuilder, seed: u64, dims: &[u64]) -> tessera_compute::Value {
    g.uniform(seed, dims).unwrap()
}

/// Large enough that every kernel is split over threads.
fn large_graph() -> Graph {
    let mut g = GraphBuilder::new();
    let a = uniform(&mut g, 1, &[301, 1_903]);
    let b = uniform(&mut g, 2, &[203, 1_903]);
    let b2 = g.rowdot(b, b).unwrap();
    let scaled = g.mul_scalar(a, 20.0).unwrap();
    let labels = g.cast(scaled, I32).unwrap();
    let labels = g.reshape(labels, &[301 * 1_903]).unwrap();
    let labels = g.slice(labels, &[0], &[500_000]).unwrap();
    let points = uniform(&mut g, 3, &[7, 500_000]);
    let rows = g.slice(labels, &[0], &[400]).unwrap();
    let square = g.matmul(b, b).unwrap();
    let factor = g.cholesky(square).unwrap();
    let narrow = g.slice(a, &[0, 0], &[301, 128]).unwrap();
    let gram = g.slice(square, &[0, 0], &[128, 128]).unwrap();
    let column = uniform(&mut g, 4, &[301, 1]);
    let outputs = [
        g.matmul(a, b),
        g.rowdot(a, a),
        g.reduce_sum(a),
        g.argmin(a),
        g.reduce_max(a),
        g.nearest(a, b, b2),
        g.segment_sum(points, labels, 20),
        g.log(a),
        g.sub(a, column),
        g.transpose(a),
        g.concat(&[a, b], 0),
        g.gather(a, rows),
        g.solve(square, factor),
        g.jacobi_step(gram, 3),
        g.jacobi_vec(narrow, gram, 3),
    ];
    for output in outputs {
        g.output(output.unwrap()).unwrap();
    }
    g.finish().unwrap()
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let graph = large_graph();
    let run = |threads| {
        let backend = CpuBackend::new().with_threads(threads);
        backend.run(&graph, &[], &Cancel::new()).unwrap()
    };
    let one = run(1);
    for threads in [2, 5] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

#[test]
fn a_cancelled_run_stops() {
    let cancel = Cancel::new();
    cancel.cancel();
    let result = CpuBackend::new().run(&large_graph(), &[], &cancel);
    assert_eq!(result, Err(ExecError::Cancelled));
}

#[test]
fn wrong_inputs_are_refused() {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[2]).unwrap();
    let y = g.abs(x).unwrap();
    g.output(y).unwrap();
    let graph = g.finish().unwrap();
    let run = |inputs: &[Tensor]| CpuBackend::new().run(&graph, inputs, &Cancel::new());
    assert_eq!(run(&[]), Err(ExecError::InputCount { wanted: 1, given: 0 }));
    let other = Tensor::i32(&[2], vec![1, 2]).unwrap();
    assert!(matches!(run(&[other]), Err(ExecError::InputType { index: 0, .. })));
    let longer = Tensor::f32(&[3], vec![0.0; 3]).unwrap();
    assert!(matches!(run(&[longer]), Err(ExecError::InputType { index: 0, .. })));
}

#[test]
fn a_thread_that_flushes_subnormals_is_refused() {
    let mut g = GraphBuilder::new();
    let x = g.fill(1.0, &[4]).unwrap();
    g.output(x).unwrap();
    let graph = g.finish().unwrap();
    let result = std::thread::spawn(move || {
        flush_subnormals();
        CpuBackend::new().run(&graph, &[], &Cancel::new())
    })
    .join()
    .unwrap();
    if cfg!(target_arch = "x86_64") {
        assert_eq!(result, Err(ExecError::FloatEnvironment));
    } else {
        assert!(result.is_ok());
    }
}

/// Sets FTZ and DAZ for this thread.
fn flush_subnormals() {
    #[cfg(target_arch = "x86_64")]
    {
        let register: u32 = 0x1f80 | 0x8040;
        // SAFETY: loads MXCSR from four readable bytes; the thread ends after the check that looks for it.
        unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &register, options(nostack, readonly)) };
    }
}
