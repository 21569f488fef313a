//! Kernels around a few lines of PTX.

use tessera_ptx::{Arg, Fault, Launch, Limits, Memory, Module, ParseError, Trap};

/// A kernel `k(out, in)` with plenty of registers of each kind, `%rd1` the address of out, `%rd2` of in, `%r1` the
/// thread's index, and `%rd3` the address of the thread's word of out.
pub fn kernel(body: &str) -> String {
    module("", body)
}

/// As [`kernel`], with declarations before it.
pub fn module(before: &str, body: &str) -> String {
    format!(
        ".version 7.0\n.target sm_80\n.address_size 64\n{before}
.visible .entry k(.param .u64 k_out, .param .u64 k_in) {{
    .reg .pred %p<16>; .reg .b16 %rs<16>; .reg .b32 %r<32>; .reg .b64 %rd<32>; .reg .f32 %f<16>; .reg .b8 %c<4>;
    ld.param.u64 %rd1, [k_out]; ld.param.u64 %rd2, [k_in];
    mov.u32 %r1, %tid.x; mul.wide.u32 %rd3, %r1, 4; add.s64 %rd3, %rd1, %rd3;
    {body}
    ret;
}}"
    )
}

/// The words that a text's kernel `k` writes with so many threads in one block, each word beginning as 0.
pub fn try_words(text: &str, threads: u32, input: &[u32], output: usize) -> Result<Vec<u32>, Trap> {
    try_words_with(text, ([1, 1, 1], threads), input, output, &Limits::default())
}

pub fn try_words_with(
    text: &str,
    (grid, threads): ([u32; 3], u32),
    input: &[u32],
    output: usize,
    limits: &Limits,
) -> Result<Vec<u32>, Trap> {
    let module = Module::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut memory = Memory::new(1 << 20);
    let out = memory.alloc(4 * output as u64).unwrap();
    let bytes: Vec<u8> = input.iter().flat_map(|word| word.to_le_bytes()).collect();
    let given = memory.alloc_bytes(&bytes).unwrap();
    let launch =
        Launch { grid, block: [threads, 1, 1], shared_bytes: 1024, params: vec![Arg::U64(out), Arg::U64(given)] };
    module.kernel("k").unwrap().launch(&launch, &mut memory, limits)?;
    let words = memory.read(out, 4 * output as u64).unwrap();
    Ok(words.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect())
}

pub fn words(text: &str, threads: u32, input: &[u32], output: usize) -> Vec<u32> {
    try_words(text, threads, input, output).unwrap_or_else(|trap| panic!("{trap}"))
}

/// The fault of a body with so many threads.
pub fn fault(body: &str, threads: u32) -> Fault {
    fault_of(&kernel(body), threads)
}

pub fn fault_of(text: &str, threads: u32) -> Fault {
    try_words(text, threads, &[0; 64], 64).expect_err("the kernel should stop").fault
}

/// One thread's word: `%r0` after the lines.
pub fn word(lines: &str) -> u32 {
    words(&kernel(&format!("{lines} st.global.u32 [%rd1], %r0;")), 1, &[], 1)[0]
}

/// One thread's double word: `%rd0` after the lines.
pub fn long(lines: &str) -> u64 {
    let words = words(&kernel(&format!("{lines} st.global.u64 [%rd1], %rd0;")), 1, &[], 2);
    u64::from(words[0]) | u64::from(words[1]) << 32
}

/// One thread's predicate `%p0` after the lines.
pub fn truth(lines: &str) -> bool {
    word(&format!("{lines} selp.u32 %r0, 1, 0, %p0;")) == 1
}

pub fn refusal(body: &str) -> ParseError {
    Module::parse(&kernel(body)).expect_err("the text should be refused")
}
