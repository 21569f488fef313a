//! The encodings are canonical, total and frozen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_compute::DType::{F32, I8, I32};
use tessera_compute::referee::graph_header::{GraphHeader, HeaderError};
use tessera_compute::{
    ContentId, Cost, DecodeError, Graph, GraphBuilder, GraphError, Manifest, ManifestError, Tensor, decode_tensors,
    encode_tensors,
};

/// One operation of every kind that the first frozen encodings held; later kinds are in [`later_operations`].
fn every_operation() -> Graph {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[4, 4]).unwrap();
    let labels = g.input(I32, &[4]).unwrap();
    let bytes = g.input(I8, &[4, 4]).unwrap();
    let maps = [
        g.add_scalar(x, 1.0),
        g.mul_scalar(x, 2.0),
        g.abs(x),
        g.neg(x),
        g.relu(x),
        g.exp(x),
        g.log(x),
        g.sqrt(x),
        g.rsqrt(x),
        g.cast(x, I8),
        g.quantise(x, 0.5),
        g.dequantise(bytes, 0.5),
        g.add(x, x),
        g.sub(x, x),
        g.mul(x, x),
        g.div(x, x),
        g.min(x, x),
        g.max(x, x),
        g.eq(x, x),
        g.lt(x, x),
        g.select(labels, x, x),
        g.permute(x, &[1, 0]),
        g.reshape(x, &[2, 8]),
        g.slice(x, &[1, 0], &[2, 4]),
        g.concat(&[x, x, x, x], 1),
        g.gather(x, labels),
        g.fill(1.0, &[2]),
        g.iota(&[3]),
        g.uniform(7, &[3, 2, 1]),
        g.matmul(x, x),
        g.rowdot(x, x),
        g.reduce_sum(x),
        g.reduce_max(x),
        g.reduce_min(x),
        g.argmin(x),
        g.argmax(x),
        g.segment_sum(x, labels, 3),
        g.cholesky(x),
        g.solve(x, x),
        g.jacobi_step(x, 2),
        g.jacobi_vec(x, x, 1),
    ];
    let values = maps.map(Result::unwrap);
    let last = values[values.len() - 1];
    let c2 = g.rowdot(x, x).unwrap();
    let nearest = g.nearest(x, x, c2).unwrap();
    g.output(last).unwrap();
    g.output(nearest).unwrap();
    g.finish().unwrap()
}

/// Kinds that came after [`every_operation`] was frozen.
fn later_operations() -> Graph {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[4, 4]).unwrap();
    let y = g.gelu(x).unwrap();
    let y = g.tanh(y).unwrap();
    let y = g.erf(y).unwrap();
    g.output(y).unwrap();
    g.finish().unwrap()
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n
    }
}

/// Changes, inserts, removes or repeats a few bytes.
fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(out.len().max(1)).min(out.len().saturating_sub(1));
        match random.below(5) {
            0 if !out.is_empty() => out[at] = random.below(256) as u8,
            1 if !out.is_empty() => out[at] ^= 1 << random.below(8),
            2 => out.insert(at, random.below(4) as u8),
            3 if !out.is_empty() => drop(out.remove(at)),
            _ => out.truncate(at),
        }
    }
    out
}

#[test]
fn any_bytes_give_a_graph_with_exactly_these_bytes_or_an_error() {
    let valid = every_operation().encode();
    let mut random = Random(0x5eed);
    let mut accepted = 0;
    for _ in 0..100_000 {
        let bytes = mutate(&valid, &mut random);
        if let Ok(graph) = Graph::decode(&bytes) {
            accepted += 1;
            assert_eq!(graph.encode(), bytes, "a second encoding of one graph");
        }
    }
    assert!(accepted > 100, "mutations never reach the rules behind the format");
    for length in 0..2_000 {
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        assert!(Graph::decode(&bytes).is_err());
        assert!(Manifest::decode(&bytes).is_err());
        assert!(decode_tensors(&bytes, 1 << 20).is_err());
    }
}

#[test]
fn every_truncation_is_refused() {
    let valid = every_operation().encode();
    for length in 0..valid.len() {
        assert!(Graph::decode(&valid[..length]).is_err(), "{length}");
    }
    let mut longer = valid.clone();
    longer.push(0);
    assert_eq!(Graph::decode(&longer), Err(GraphError::Malformed("bytes follow the graph")));
}

#[test]
fn the_encoding_is_frozen() {
    let graph = every_operation();
    assert_eq!(Graph::decode(&graph.encode()).unwrap(), graph);
    assert!(graph.operations().iter().all(|op| op.encode().len() <= 256));
    assert_eq!(graph.op_count(), 43);
    assert_eq!(
        ContentId::of(&graph.encode()).to_string(),
        "dbe31ec4f21b5965c0bf05c5da34a88c2395f4fa714e88748145784b99b6f93b"
    );
    assert_eq!(graph.root().to_string(), "c71238e41d28a01ff971460a0e42206abda2d445b6558789e83e62041a8cf2fa");
}

#[test]
fn the_encoding_of_later_operations_is_frozen() {
    let graph = later_operations();
    assert_eq!(Graph::decode(&graph.encode()).unwrap(), graph);
    let codes: Vec<[u8; 2]> = graph.operations().iter().map(|op| [op.encode()[0], op.encode()[1]]).collect();
    assert_eq!(codes, [0x0106u16, 0x0109, 0x010a].map(u16::to_le_bytes));
    assert_eq!(graph.root().to_string(), "3b5036dd605f9c041cd5dbbf9a7528240a6b6b0f13934a6e81f231c7f8e04e14");
}

#[test]
fn a_descriptor_is_at_most_256_bytes() {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[2, 3, 4, 5]).unwrap();
    let four = g.concat(&[x, x, x, x], 3).unwrap();
    g.output(four).unwrap();
    let graph = g.finish().unwrap();
    assert_eq!(graph.operations()[0].encode().len(), 194);
    assert_eq!(graph.trace_bytes(), 2 * 3 * 4 * 32 * 4);
}

#[test]
fn a_root_binds_inputs_operations_and_outputs() {
    let build = |rows: u64, scale: f32, second: bool| {
        let mut g = GraphBuilder::new();
        let x = g.input(F32, &[2, 2]).unwrap();
        let _unused = g.input(F32, &[rows]).unwrap();
        let y = g.mul_scalar(x, scale).unwrap();
        let z = g.abs(y).unwrap();
        g.output(if second { y } else { z }).unwrap();
        g.finish().unwrap().root()
    };
    let root = build(1, 1.0, false);
    assert_eq!(root, build(1, 1.0, false));
    for other in [build(2, 1.0, false), build(1, -1.0, false), build(1, 1.0, true)] {
        assert_ne!(root, other);
    }
}

#[test]
fn the_header_says_what_the_root_binds() {
    let graph = every_operation();
    let bytes = graph.header();
    let header = GraphHeader::decode(&bytes).unwrap();
    assert_eq!((usize::from(header.inputs), header.output_count()), (graph.input_specs().len(), 2));
    assert!(header.outputs().eq(graph.outputs().iter().copied()));
    for length in 0..bytes.len() {
        assert!(GraphHeader::decode(&bytes[..length]).is_err(), "{length}");
    }
    let last = bytes.len() - 2;
    let with_last = |index: u16| [&bytes[..last], &index.to_le_bytes()].concat();
    assert_eq!(GraphHeader::decode(&with_last(4_096)), Err(HeaderError::Outputs), "no such operation");
    assert_eq!(GraphHeader::decode(&with_last(graph.outputs()[0])), Err(HeaderError::Outputs), "named twice");
    assert_eq!(GraphHeader::decode(&[&[2], &bytes[1..]].concat()), Err(HeaderError::Version(2)));
    assert_eq!(GraphHeader::decode(&[&bytes[..2], &[65, 0], &bytes[4..]].concat()), Err(HeaderError::Inputs));
    assert_eq!(GraphHeader::decode(&[&bytes[..36], &[0]].concat()), Err(HeaderError::Outputs), "none");
}

#[test]
fn outputs_are_operations_each_once() {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[1]).unwrap();
    assert_eq!(g.output(x), Err(GraphError::BadOutput));
    let y = g.abs(x).unwrap();
    g.output(y).unwrap();
    assert_eq!(g.output(y), Err(GraphError::BadOutput));
    assert_eq!(GraphBuilder::new().finish(), Err(GraphError::NoOutput));
}

#[test]
fn limits_are_refused_with_what_to_do() {
    let mut g = GraphBuilder::new();
    let long = g.input(F32, &[524_289]).unwrap();
    let message = g.reduce_sum(long).unwrap_err().to_string();
    assert!(message.contains("fold twice"), "{message}");
    assert!(g.input(F32, &[1 << 40]).is_ok());
    assert!(g.input(F32, &[(1 << 40) + 1]).is_err());
    assert!(g.input(F32, &[u64::MAX, 0, u64::MAX]).is_err());
    assert!(g.input(F32, &[1; 5]).is_err());
    let wide = g.input(F32, &[129, 129]).unwrap();
    assert!(g.jacobi_step(wide, 0).is_err());
    let x = g.input(F32, &[3, 3]).unwrap();
    assert!(g.jacobi_step(x, 2).is_ok());
    assert!(g.jacobi_step(x, 3).is_err());
    assert!(g.cast(x, F32).is_err());
    let mut last = x;
    let refused = (0..5_000).find_map(|_| match g.abs(last) {
        Ok(next) => {
            last = next;
            None
        }
        Err(error) => Some(error),
    });
    assert_eq!(refused, Some(GraphError::Limit { what: "operations", limit: 4_096 }));
}

#[test]
fn cost_counts_terms_and_the_most_bytes_alive() {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[100, 50]).unwrap();
    let gram = g.matmul(x, x).unwrap();
    let y = g.abs(gram).unwrap();
    let z = g.reduce_sum(y).unwrap();
    g.output(z).unwrap();
    let cost = g.finish().unwrap().cost();
    let flops = 100 * 100 * 50 * 2 + 100 * 100 + 100 * 100 * 2;
    let (x, gram) = (100 * 50, 100 * 100);
    let moved = 4 * ((2 * x + gram) + 2 * gram + (gram + 100));
    assert_eq!(cost, Cost { flops, bytes: 4 * (x + 2 * gram), moved });
}

#[test]
fn tensors_come_back_bit_for_bit() {
    let tensors = vec![
        Tensor::f32(&[2, 2], [0x7fc0_1234, 0x8000_0000, 1, 0xff80_0001].map(f32::from_bits).to_vec()).unwrap(),
        Tensor::i32(&[3], vec![i32::MIN, 0, -1]).unwrap(),
        Tensor::i8(&[], vec![-128]).unwrap(),
        Tensor::f32(&[0, 7], vec![]).unwrap(),
    ];
    let bytes = encode_tensors(&tensors);
    assert_eq!(decode_tensors(&bytes, 29).unwrap(), tensors);
    assert_eq!(decode_tensors(&bytes, 28), Err(DecodeError::TooLarge { bytes: 29, limit: 28 }));
    for length in 0..bytes.len() {
        assert_eq!(decode_tensors(&bytes[..length], 29), Err(DecodeError::Truncated), "{length}");
    }
    let mut random = Random(3);
    for _ in 0..20_000 {
        let bytes = mutate(&bytes, &mut random);
        if let Ok(tensors) = decode_tensors(&bytes, 1 << 20) {
            assert_eq!(encode_tensors(&tensors), bytes);
        }
    }
}

#[test]
fn manifests_come_back_and_are_bounded() {
    let graph = every_operation();
    let ids = vec![ContentId([1; 32]), ContentId([2; 32]), ContentId([3; 32])];
    let manifest = Manifest::new(graph.clone(), ids.clone(), "{\"job\":\"ä\"}".into()).unwrap();
    let bytes = manifest.encode();
    assert_eq!(Manifest::decode(&bytes).unwrap(), manifest);
    assert_eq!(manifest.id(), ContentId::of(&bytes));
    let label = "x".repeat(4_097);
    assert_eq!(Manifest::new(graph.clone(), ids.clone(), label), Err(ManifestError::Label(4_097)));
    assert_eq!(
        Manifest::new(graph, ids[..2].to_vec(), String::new()),
        Err(ManifestError::Inputs { wanted: 3, given: 2 })
    );
    let mut random = Random(5);
    for _ in 0..50_000 {
        let bytes = mutate(&bytes, &mut random);
        if let Ok(manifest) = Manifest::decode(&bytes) {
            assert_eq!(manifest.encode(), bytes);
        }
    }
}
