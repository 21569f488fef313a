//! Random graphs: operations feed each other, tensors die and are shared, encodings come back.

use tessera_compute::DType::{self, F32, I8, I32};
use tessera_compute::{Graph, GraphBuilder, GraphError, Tensor, Value};

use crate::check;
use crate::values::{FLAVOURS, Random, tensor};

/// Appends a random operation; one that does not fit is refused by the builder, which is fine.
fn step(g: &mut GraphBuilder, random: &mut Random, pool: &[Value]) -> Result<Value, GraphError> {
    let [a, b, c] = [(); 3].map(|()| random.pick(pool));
    let dims = g.shape_of(a)?.dims().to_vec();
    match random.below(33) {
        0 => g.add(a, b),
        1 => g.mul(a, b),
        2 => g.sub(a, b),
        3 => g.div(a, b),
        4 => g.max(a, b),
        5 => g.lt(a, b),
        6 => g.eq(a, b),
        7 => g.select(a, b, c),
        8 => g.matmul(a, b),
        9 => g.rowdot(a, b),
        10 => g.reduce_sum(a),
        11 => g.argmin(a),
        12 => g.argmax(a),
        13 => g.reduce_max(a),
        14 => g.transpose(a),
        15 => g.gather(a, b),
        16 => g.concat(&[a, b], 0),
        17 => g.concat(&[a, b, c], 1),
        18 => g.cast(a, random.pick(&[F32, I8, I32])),
        19 => g.quantise(a, 0.05),
        20 => g.dequantise(a, 0.25),
        21 => g.nearest(a, b, c),
        22 => g.segment_sum(a, b, 3),
        23 => g.cholesky(a),
        24 => g.solve(a, b),
        25 => g.jacobi_step(a, 1),
        26 => g.jacobi_vec(a, b, 0),
        27 => g.log(a),
        30 => g.tanh(a),
        31 => g.erf(a),
        32 => g.gelu(a),
        28 => g.reshape(a, &[dims.iter().product()]),
        _ => g.slice(a, &vec![0; dims.len()], &dims.iter().map(|d| d / 2 + 1).collect::<Vec<_>>()),
    }
}

fn random_graph(random: &mut Random) -> (Graph, Vec<(DType, Vec<u64>)>) {
    let side = random.below(9) + 1;
    let inputs =
        vec![(F32, vec![side, side]), (F32, vec![3, side]), (F32, vec![side]), (I32, vec![side]), (I8, vec![2, side])];
    let mut g = GraphBuilder::new();
    let mut pool: Vec<Value> = inputs.iter().map(|(dtype, dims)| g.input(*dtype, dims).unwrap()).collect();
    let mut appended = 0;
    while appended < 25 {
        let Ok(value) = step(&mut g, random, &pool) else { continue };
        appended += 1;
        if g.shape_of(value).unwrap().elements() < 3_000 {
            pool.push(value);
        }
        if appended % 7 == 0 || appended == 25 {
            g.output(value).unwrap();
        }
    }
    (g.finish().unwrap(), inputs)
}

#[test]
fn random_graphs_give_the_same_bits_everywhere() {
    let mut random = Random(0x6ea9);
    for case in 0..200 {
        let (graph, inputs) = random_graph(&mut random);
        assert_eq!(Graph::decode(&graph.encode()).as_ref(), Ok(&graph), "case {case}");
        let flavour = random.pick(&FLAVOURS);
        let data: Vec<Tensor> = inputs.iter().map(|(dtype, dims)| tensor(&mut random, *dtype, dims, flavour)).collect();
        check(&graph, &data, &format!("case {case} {flavour:?}"));
    }
}
