//! Graphs whose operations follow each other row by row, as encoders have them: what one executor computes tile by tile gives the bits of
//! whole tensors.

use tessera_compute::DType::{self, F32, I8, I32};
use tessera_compute::{Graph, GraphBuilder, GraphError, Tensor, Value};

use crate::check;
use crate::values::{FLAVOURS, Random, tensor};

/// Rows n, columns w, and the same rows as `[b, l]`.
struct Sides {
    b: u64,
    l: u64,
    w: u64,
}

/// Appends an operation on rows; one that does not fit is refused by the builder, which is fine.
fn step(g: &mut GraphBuilder, random: &mut Random, pool: &[Value], sides: &Sides) -> Result<Value, GraphError> {
    let &Sides { b, l, w } = sides;
    let n = b * l;
    let [x, y, z] = [(); 3].map(|()| random.pick(pool));
    let dims = g.shape_of(x)?.dims().to_vec();
    match random.below(34) {
        0 | 1 => g.add(x, y),
        2 => g.sub(x, y),
        3 => g.mul(x, y),
        4 => g.div(x, y),
        5 => g.max(x, y),
        6 => g.lt(x, y),
        7 => g.select(x, y, z),
        8 => g.exp(x),
        9 => g.gelu(x),
        10 => g.tanh(x),
        11 => g.mul_scalar(x, 0.3),
        12 => g.rsqrt(x),
        13 | 14 => g.matmul(x, y),
        15 => g.rowdot(x, y),
        16 => g.reduce_sum(x),
        17 => g.reduce_max(x),
        18 => g.argmin(x),
        19 => g.quantise(x, 0.1),
        20 => g.dequantise(x, 0.5),
        21 => g.cast(x, random.pick(&[F32, I32])),
        22 => g.reshape(x, &[n, dims.iter().product::<u64>() / n]),
        23 => g.reshape(x, &[b, l, dims.iter().product::<u64>() / n]),
        24 => g.reshape(x, &[n, 1]),
        25 => g.reshape(x, &[b, l, 2, dims.iter().product::<u64>() / n / 2]),
        26 => g.permute(x, random.pick(&[&[0, 2, 1, 3][..], &[0, 1, 3, 2], &[0, 2, 1], &[1, 0], &[1, 0, 2]])),
        27 => g.slice(x, &vec![0; dims.len()], &dims.iter().map(|d| d / 2 + 1).collect::<Vec<_>>()),
        28 => {
            let mut starts = vec![0; dims.len()];
            let mut window = dims.clone();
            if let (Some(start), Some(window)) = (starts.last_mut(), window.last_mut()) {
                (*start, *window) = (*window / 3, *window / 2 + 1);
            }
            g.slice(x, &starts, &window)
        }
        29 => g.gather(x, y),
        30 => g.concat(&[x, y], 1),
        31 => g.iota(&[n, w]),
        32 => g.uniform(random.word(), &[b, l, w]),
        _ => g.log(x),
    }
}

fn random_graph(random: &mut Random) -> (Graph, Vec<(DType, Vec<u64>)>) {
    let (b, l, w) = (random.below(20) + 2, random.below(9) + 1, 2 * random.below(9) + 2);
    let n = b * l;
    let inputs = vec![
        (F32, vec![n, w]),
        (F32, vec![w]),
        (F32, vec![w, w]),
        (F32, vec![3 * w, w]),
        (F32, vec![w, 3 * w]),
        (I32, vec![n]),
        (I8, vec![w, w]),
        (F32, vec![b, l, w]),
    ];
    let mut g = GraphBuilder::new();
    let mut pool: Vec<Value> = inputs.iter().map(|(dtype, dims)| g.input(*dtype, dims).unwrap()).collect();
    let (sides, mut appended, mut tried) = (Sides { b, l, w }, 0, 0);
    while appended < 40 && tried < 4_000 {
        tried += 1;
        // Mostly what was made last, so that chains form.
        let recent = &pool[if random.below(3) == 0 { 0 } else { pool.len().saturating_sub(4) }..];
        let Ok(value) = step(&mut g, random, recent, &sides) else { continue };
        let elements = g.shape_of(value).unwrap().elements();
        if elements > 12_000 {
            continue;
        }
        appended += 1;
        pool.push(value);
        if appended % 9 == 0 {
            g.output(value).unwrap();
        }
    }
    let last = *pool.last().unwrap();
    let last = if appended == 0 { g.fill(1.0, &[]).unwrap() } else { last };
    g.output(last).unwrap();
    (g.finish().unwrap(), inputs)
}

#[test]
fn chains_of_rows_give_the_same_bits_everywhere() {
    let mut random = Random(0xf05e);
    for case in 0..120 {
        let (graph, inputs) = random_graph(&mut random);
        let flavour = random.pick(&FLAVOURS);
        let data: Vec<Tensor> = inputs.iter().map(|(dtype, dims)| tensor(&mut random, *dtype, dims, flavour)).collect();
        check(&graph, &data, &format!("case {case} {flavour:?}"));
    }
}

/// Attention and a network with their norms, in sizes that leave remainders everywhere and take several tiles.
fn encoder(texts: u64, length: u64) -> Graph {
    let (heads, size, inner) = (3, 10, 50);
    let width = heads * size;
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[texts * length, width]).unwrap();
    let mask = g.input(I32, &[texts, 1, 1, length]).unwrap();
    let stacked = g.input(F32, &[3 * width, width]).unwrap();
    let wide = g.input(F32, &[inner, width]).unwrap();
    let narrow = g.input(F32, &[width, inner]).unwrap();
    let bias = g.input(F32, &[inner]).unwrap();
    let all = g.matmul(x, stacked).unwrap();
    let all = g.reshape(all, &[texts, length, 3 * heads, size]).unwrap();
    let all = g.permute(all, &[0, 2, 1, 3]).unwrap();
    let one = [texts, heads, length, size];
    let [query, key, value] = [0, 1, 2].map(|part| g.slice(all, &[0, part * heads, 0, 0], &one).unwrap());
    let value = g.permute(value, &[0, 1, 3, 2]).unwrap();
    let scores = g.matmul(query, key).unwrap();
    let masked = g.fill(-3.4e38, &[]).unwrap();
    let scores = g.select(mask, scores, masked).unwrap();
    let largest = g.reduce_max(scores).unwrap();
    let largest = g.reshape(largest, &[texts, heads, length, 1]).unwrap();
    let below = g.sub(scores, largest).unwrap();
    let powers = g.exp(below).unwrap();
    let sum = g.reduce_sum(powers).unwrap();
    let sum = g.reshape(sum, &[texts, heads, length, 1]).unwrap();
    let weights = g.div(powers, sum).unwrap();
    let context = g.matmul(weights, value).unwrap();
    let context = g.permute(context, &[0, 2, 1, 3]).unwrap();
    let context = g.reshape(context, &[texts * length, width]).unwrap();
    let x = g.add(context, x).unwrap();
    let h = g.matmul(x, wide).unwrap();
    let h = g.add(h, bias).unwrap();
    let h = g.gelu(h).unwrap();
    let h = g.matmul(h, narrow).unwrap();
    let x = g.add(h, x).unwrap();
    let square = g.rowdot(x, x).unwrap();
    let size = g.rsqrt(square).unwrap();
    let size = g.reshape(size, &[texts * length, 1]).unwrap();
    let x = g.mul(x, size).unwrap();
    for output in [x, sum, all] {
        g.output(output).unwrap();
    }
    g.finish().unwrap()
}

#[test]
fn an_encoder_gives_the_same_bits_everywhere() {
    let mut random = Random(0xe4c0);
    for (texts, length) in [(6, 7), (17, 5), (1, 40), (40, 1)] {
        let graph = encoder(texts, length);
        for flavour in FLAVOURS {
            let inputs = graph.input_specs().iter();
            let data: Vec<Tensor> = inputs.map(|ty| tensor(&mut random, ty.dtype, ty.shape.dims(), flavour)).collect();
            check(&graph, &data, &format!("{texts} texts of {length}, {flavour:?}"));
        }
    }
}
