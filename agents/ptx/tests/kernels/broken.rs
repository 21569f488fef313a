//! Kernels with a fault put in: what the interpreter is for.

use tessera_ptx::{Arg, Fault, Launch, Limits, Memory, Module};

use crate::device::folder;

/// The fault of a product of ones, [40, 48] by [40, 48] transposed, with a changed kernel.
fn fault(module: &str, kernel: &str, change: impl Fn(&str) -> String) -> Option<Fault> {
    let text = change(&std::fs::read_to_string(folder().join(format!("{module}.ptx"))).unwrap());
    let kernel = Module::parse(&text).unwrap().kernel(kernel).unwrap();
    let mut memory = Memory::new(1 << 20);
    let a = memory.alloc_bytes(&[0; 4 * 40 * 48]).unwrap();
    let b = memory.alloc_bytes(&[0; 4 * 40 * 48]).unwrap();
    let out = memory.alloc(4 * 40 * 40).unwrap();
    let params = [a, b, out, 40, 40, 48].map(Arg::U64).to_vec();
    let tiles = if module == "matmul_f32" { 4 } else { 1 };
    let launch = Launch { grid: [tiles, 1, 1], block: [256, 1, 1], shared_bytes: 0, params };
    kernel.launch(&launch, &mut memory, &Limits::default()).err().map(|trap| trap.fault)
}

const PRODUCTS: [(&str, &str); 3] =
    [("matmul_f32", "matmul_f32_32"), ("matmul_i8_sm75", "matmul_i8_sm75"), ("matmul_i8_sm80", "matmul_i8_sm80")];

#[test]
fn as_they_are_they_run() {
    for (module, kernel) in PRODUCTS {
        assert_eq!(fault(module, kernel, str::to_owned), None, "{kernel}");
    }
}

#[test]
fn without_its_barriers_a_product_races() {
    for (module, kernel) in PRODUCTS {
        let found = fault(module, kernel, |text| {
            let changed = text.replace("bar.sync", "// bar.sync");
            assert_ne!(changed, text);
            changed
        });
        assert!(matches!(found, Some(Fault::Race { .. } | Fault::Uninitialised { .. })), "{kernel}: {found:?}");
    }
}

#[test]
fn without_waiting_for_its_copies_a_product_is_stopped() {
    let found = fault("matmul_i8_sm80", "matmul_i8_sm80", |text| text.replace("cp.async.wait_", "// cp.async.wait_"));
    assert!(matches!(found, Some(Fault::OpenCopy { .. })), "{found:?}");
}

#[test]
fn operands_that_are_too_short_are_found() {
    // Every operand one row short: the last row is read behind its allocation.
    let text = std::fs::read_to_string(folder().join("matmul_f32.ptx")).unwrap();
    let kernel = Module::parse(&text).unwrap().kernel("matmul_f32_32").unwrap();
    let mut memory = Memory::new(1 << 20);
    let short = memory.alloc_bytes(&[0; 4 * 39 * 48]).unwrap();
    let out = memory.alloc(4 * 40 * 40).unwrap();
    let params = [short, short, out, 40, 40, 48].map(Arg::U64).to_vec();
    let launch = Launch { grid: [4, 1, 1], block: [256, 1, 1], shared_bytes: 0, params };
    let trap = kernel.launch(&launch, &mut memory, &Limits::default()).unwrap_err();
    assert!(matches!(trap.fault, Fault::OutOfBounds { .. }), "{trap}");
}
