//! Texts that mean harm: none panics, and none takes more memory than a small multiple of its size.

use super::fixture::{kernel, module};
use tessera_ptx::{Arg, Launch, Limits, Memory, Module, Reason};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

const WORDS: [&str; 40] = [
    ".version",
    "7.0",
    ".target",
    "sm_80",
    ".entry",
    ".func",
    "k",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    ":",
    "<",
    ">",
    "@",
    "!",
    "%r1",
    "%rd1",
    "%p1",
    ".reg",
    ".b32",
    ".shared",
    ".param",
    "add",
    ".u32",
    "ld",
    ".global",
    ".v4",
    "0x7fffffff",
    "-",
    "+",
    "99999999999999999999",
    "0f3f800000",
    "|",
    "mov",
    "=",
];

/// More rounds of random texts for a longer search: `PTX_FUZZ_ROUNDS=100 cargo test -p tessera-ptx hostile`.
fn rounds() -> usize {
    std::env::var("PTX_FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Whatever loads also runs: to its end, to a trap, or to the step limit.
fn try_all(text: &str) {
    let Ok(module) = Module::parse(text) else { return };
    for name in module.kernels() {
        let kernel = module.kernel(name).unwrap();
        let mut memory = Memory::new(1 << 16);
        let out = memory.alloc(1 << 12).unwrap();
        let params = kernel.param_sizes().into_iter().map(|size| {
            let bytes: Vec<u8> = out.to_le_bytes().into_iter().cycle().take(size as usize).collect();
            Arg::Bytes(bytes)
        });
        let limits = Limits { steps: 20_000, thread_bytes: 1 << 22, ..Limits::default() };
        let launch = Launch { grid: [2, 1, 1], block: [33, 1, 1], shared_bytes: 64, params: params.collect() };
        let _ = kernel.launch(&launch, &mut memory, &limits);
    }
}

#[test]
fn random_bytes() {
    let mut random = Random(1);
    for _ in 0..2_000 * rounds() {
        let bytes: Vec<u8> = (0..random.below(200)).map(|_| random.next() as u8).collect();
        try_all(&String::from_utf8_lossy(&bytes));
        let text: String = (0..random.below(60)).map(|_| format!("{} ", WORDS[random.below(WORDS.len())])).collect();
        try_all(&format!(".version 7.0 .target sm_80 {text}"));
        try_all(&kernel(&text));
    }
}

#[test]
fn mutations_of_texts_that_load() {
    let seeds = [
        module(
            ".shared .align 16 .b8 s[256]; .const .u32 t[4] = {1, 2, 3, 4};
            .func (.reg .u32 d) f(.reg .u32 a) { .reg .pred p; setp.eq.u32 p, a, 0; @p ret; sub.u32 d, a, 1; call (d), f, (d); ret; }",
            "call (%r2), f, (%r1); shl.b32 %r3, %r1, 2; mov.u32 %r4, s; add.u32 %r4, %r4, %r3; and.b32 %r5, %r4, 124; st.shared.u32 [%r5], %r2;
            L: bar.sync 0; shfl.sync.bfly.b32 %r6|%p1, %r2, 1, 31, -1; vote.sync.any.pred %p2, %p1, -1; ld.shared.v2.u32 {%r7, %r8}, [s+8];
            ld.const.u32 %r9, [t+4]; atom.global.add.u32 %r10, [%rd1], %r9; div.u32 %r11, %r7, %r9; cvt.rn.f32.s32 %f1, %r11;
            fma.rn.f32 %f2, %f1, %f1, 0f3f800000; st.global.f32 [%rd3], %f2; setp.lt.f32 %p3, %f2, 0f40000000; @%p3 bra L;",
        ),
        kernel(
            "mov.b64 {%r2, %r3}, %rd1; prmt.b32 %r4, %r2, %r3, 0x3120; bfe.s32 %r5, %r4, 3, 9; lop3.b32 %r6, %r4, %r5, %r2, 0xe8;
            mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%r7, %r8, %r9, %r10}, {%r2, %r3, %r4, %r5}, {%r6, %r6}, {%r2, %r2, %r2, %r2};
            cp.async.ca.shared.global [%r2], [%rd1], 4; cp.async.wait_all; bar.warp.sync -1; st.global.v4.u32 [%rd1], {%r7, %r8, %r9, %r10};",
        ),
    ];
    let mut random = Random(2);
    for seed in &seeds {
        assert!(Module::parse(seed).is_ok());
        for _ in 0..4_000 * rounds() {
            let mut bytes = seed.clone().into_bytes();
            for _ in 0..1 + random.below(4) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] = (random.next() % 96 + 32) as u8,
                    1 => drop(bytes.remove(at)),
                    2 => {
                        let word = WORDS[random.below(WORDS.len())];
                        bytes.splice(at..at, word.bytes());
                    }
                    _ => {
                        let end = (at + random.below(40)).min(bytes.len());
                        let copied = bytes[at..end].to_vec();
                        let to = random.below(bytes.len());
                        bytes.splice(to..to, copied);
                    }
                }
            }
            try_all(&String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn mutations_of_the_repositorys_kernels() {
    let mut random = Random(3);
    for name in ["chains", "reduce", "matmul_i8_sm80", "movement"] {
        let path = format!("{}/../compute/kernels/{name}.ptx", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for _ in 0..25 * rounds() {
            let mut changed = lines.clone();
            for _ in 0..1 + random.below(3) {
                let (from, to) = (random.below(changed.len()), random.below(changed.len()));
                match random.below(3) {
                    0 => drop(changed.remove(from)),
                    1 => changed.swap(from, to),
                    _ => changed.insert(to, changed[from]),
                }
            }
            try_all(&changed.join("\n"));
        }
    }
}

#[test]
fn every_prefix_of_a_text() {
    let text = kernel(
        "ld.global.v2.f32 {%f1, _}, [%rd2+8]; // end\n setp.eq.or.f32 %p1|%p2, %f1, 0f00000000, !%p3; /* c */ @!%p1 bra L; L:",
    );
    assert!(Module::parse(&text).is_ok());
    for end in text.find('{').unwrap()..text.len() {
        assert!(Module::parse(&text[..end]).is_err());
    }
}

#[test]
fn sizes_are_limited() {
    let limited = |text: &str| {
        let error = Module::parse(text).unwrap_err();
        assert!(matches!(error.reason, Reason::Limit { .. }), "{error}");
    };
    limited(&kernel(".reg .b32 %x<4294967295>;"));
    limited(&kernel(".reg .b32 %x<18446744073709551615>;"));
    limited(&kernel(&format!("{}}} }} }}", ".reg .b32 %x<30000>; { ".repeat(3))));
    limited(&kernel(&"{ ".repeat(100_000)));
    limited(&kernel(".local .b8 x[4294967295];"));
    limited(&kernel(".shared .b64 x[18446744073709551615];"));
    limited(&kernel(".param .b8 x[2000000];"));
    limited(&kernel(&format!("call f, ({});", "%r1, ".repeat(300))));
    limited(&kernel(&format!("add{}.u32 %r1, %r1, 1;", ".x".repeat(300))));
    limited(&module(".global .b8 x[999999999999];", ""));
    let many: String = (0..5).map(|i| format!(".global .b8 y{i}[16000000]; ")).collect();
    limited(&module(&many, ""));
    limited(&kernel(&"x".repeat(2000)));
    limited(&kernel(&"L:".repeat(600_000)));
    limited(&kernel(&(0..5000).map(|i| format!(".shared .u32 s{i};")).collect::<String>()));
    limited(&" ".repeat(5 << 20));
}
