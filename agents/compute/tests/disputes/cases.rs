//! Every operation, with lengths around those of segments, chains and ranges.

use tessera_compute::DType::{F32, I8, I32};
use tessera_compute::referee::jacobi;
use tessera_compute::{GraphBuilder, GraphError, Value};

use super::game::{Game, Inputs};
use super::values::{FLAVOURS, Flavour, Random};

type Build<'a> = &'a dyn Fn(&mut GraphBuilder, &[Value]) -> Result<Value, GraphError>;
type One = fn(&mut GraphBuilder, Value) -> Result<Value, GraphError>;
type Two = fn(&mut GraphBuilder, Value, Value) -> Result<Value, GraphError>;

/// Plays on every case, with numbers of every flavour.
pub fn each(play: &mut dyn FnMut(&Game)) {
    let mut random = Random(0x9a3e);
    let mut cases = Cases { play, random: &mut random, flavours: &FLAVOURS };
    cases.maps();
    cases.movement_and_sources();
    cases.folds();
    cases.nearest();
    cases.linear_algebra();
    cases.flavours = &[Flavour::Plain, Flavour::Wild];
    cases.long();
}

struct Cases<'a> {
    play: &'a mut dyn FnMut(&Game),
    random: &'a mut Random,
    flavours: &'static [Flavour],
}

/// Terms around those of segments and chains.
const LENGTHS: [u64; 13] = [0, 1, 127, 128, 129, 511, 512, 513, 4_095, 4_096, 4_097, 8_320, 13_000];

const MAPS: [One; 17] = [
    |g, x| g.add_scalar(x, 1.5e-20),
    |g, x| g.mul_scalar(x, -0.3),
    |g, x| g.cast(x, I32),
    |g, x| g.cast(x, I8),
    |g, x| g.quantise(x, 0.01),
    GraphBuilder::abs,
    GraphBuilder::neg,
    GraphBuilder::relu,
    GraphBuilder::gelu,
    GraphBuilder::exp,
    GraphBuilder::log,
    GraphBuilder::tanh,
    GraphBuilder::erf,
    GraphBuilder::sqrt,
    GraphBuilder::rsqrt,
    |g, x| g.reshape(x, &[6, 1, 37]),
    |g, x| g.reshape(x, &[2, 111]),
];
const PAIRS: [Two; 7] = [
    GraphBuilder::add,
    GraphBuilder::sub,
    GraphBuilder::mul,
    GraphBuilder::min,
    GraphBuilder::max,
    GraphBuilder::eq,
    GraphBuilder::lt,
];
const ENDS: [One; 4] = [GraphBuilder::reduce_max, GraphBuilder::reduce_min, GraphBuilder::argmin, GraphBuilder::argmax];

impl Cases<'_> {
    fn on(&mut self, inputs: Inputs<'_>, build: Build<'_>) {
        for flavour in self.flavours {
            (self.play)(&Game::new(inputs, *flavour, self.random, build));
        }
    }

    fn maps(&mut self) {
        for one in MAPS {
            self.on(&[(F32, &[3, 74])], &|g, x| one(g, x[0]));
        }
        for from in [I8, I32] {
            self.on(&[(from, &[600])], &|g, x| g.dequantise(x[0], 0.037));
            self.on(&[(from, &[600])], &|g, x| g.cast(x[0], F32));
        }
        self.on(&[(I8, &[3, 515])], &|g, x| g.cast(x[0], I32));
        self.on(&[(I32, &[])], &|g, x| g.cast(x[0], I8));
        for dtype in [F32, I32] {
            for two in PAIRS {
                self.on(&[(dtype, &[2, 1, 130]), (dtype, &[4, 1])], &|g, x| two(g, x[0], x[1]));
            }
        }
        self.on(&[(F32, &[5, 4]), (F32, &[4])], &|g, x| g.div(x[0], x[1]));
        for dtype in [F32, I8, I32] {
            self.on(&[(I32, &[4, 1]), (dtype, &[3]), (dtype, &[])], &|g, x| g.select(x[0], x[1], x[2]));
        }
    }

    fn movement_and_sources(&mut self) {
        for dtype in [F32, I8, I32] {
            self.on(&[(dtype, &[2, 3, 140])], &|g, x| g.permute(x[0], &[2, 0, 1]));
            self.on(&[(dtype, &[5, 600])], &|g, x| g.slice(x[0], &[1, 70], &[3, 515]));
            self.on(&[(dtype, &[2, 3]), (dtype, &[2, 1])], &|g, x| g.concat(&[x[0], x[1], x[0], x[1]], 1));
            self.on(&[(dtype, &[2, 600]), (dtype, &[1, 600])], &|g, x| g.concat(&[x[0], x[1]], 0));
            // Indices lie around the table's 6 rows, below and beyond.
            self.on(&[(dtype, &[6, 2, 2]), (I32, &[3, 3])], &|g, x| g.gather(x[0], x[1]));
            self.on(&[(dtype, &[6, 130]), (I32, &[40])], &|g, x| g.gather(x[0], x[1]));
        }
        self.on(&[], &|g, _| g.fill(-0.0, &[3]));
        self.on(&[], &|g, _| g.iota(&[2, 130]));
        self.on(&[], &|g, _| g.uniform(7, &[2, 130]));
    }

    fn folds(&mut self) {
        for k in LENGTHS {
            for dtype in [F32, I8] {
                self.on(&[(dtype, &[2, 2, k]), (dtype, &[2, 3, k])], &|g, x| g.matmul(x[0], x[1]));
                self.on(&[(dtype, &[2, k]), (dtype, &[2, k])], &|g, x| g.rowdot(x[0], x[1]));
            }
            for dtype in [F32, I8, I32] {
                self.on(&[(dtype, &[3, k])], &|g, x| g.reduce_sum(x[0]));
            }
            for dtype in [F32, I32] {
                for fold in ENDS {
                    self.on(&[(dtype, &[2, k])], &|g, x| fold(g, x[0]));
                }
            }
            self.on(&[(F32, &[2, k]), (I32, &[k])], &|g, x| g.segment_sum(x[0], x[1], 3));
        }
    }

    fn nearest(&mut self) {
        let shapes = [(3, 1, 1), (2, 0, 3), (2, 127, 2), (2, 129, 128), (1, 300, 129), (2, 3, 4_200), (1, 130, 0)];
        for (n, k, d) in shapes {
            let inputs: Inputs<'_> = &[(F32, &[n, d]), (F32, &[k, d]), (F32, &[k])];
            self.on(inputs, &|g, x| g.nearest(x[0], x[1], x[2]));
        }
    }

    fn linear_algebra(&mut self) {
        for p in [1, 2, 5, 17, 128, 129] {
            self.on(&[(F32, &[p, p])], &|g, x| g.cholesky(x[0]));
            self.on(&[(F32, &[3, p]), (F32, &[p, p])], &|g, x| g.solve(x[0], x[1]));
        }
        for p in [1, 2, 3, 8, 17, 127, 128] {
            let last = jacobi::rounds(p as u32) - 1;
            for round in [0, last / 2, last] {
                self.on(&[(F32, &[p, p])], &|g, x| g.jacobi_step(x[0], round));
                self.on(&[(F32, &[3, p]), (F32, &[p, p])], &|g, x| g.jacobi_vec(x[0], x[1], round));
            }
        }
    }

    /// Folds of more ranges than one level has.
    fn long(&mut self) {
        self.on(&[(F32, &[300, 300])], &|g, x| g.cholesky(x[0]));
        self.on(&[(F32, &[2, 300]), (F32, &[300, 300])], &|g, x| g.solve(x[0], x[1]));
        self.on(&[(F32, &[1, 4_300]), (F32, &[4_300, 4_300])], &|g, x| g.solve(x[0], x[1]));
        self.on(&[(I8, &[1, 65_536]), (I8, &[2, 65_536])], &|g, x| g.matmul(x[0], x[1]));
        self.on(&[(F32, &[1, 524_288]), (F32, &[1, 524_288])], &|g, x| g.rowdot(x[0], x[1]));
        // More than 64 x 64 segments of 128 terms.
        self.on(&[(I32, &[1, 600_001])], &|g, x| g.reduce_sum(x[0]));
        self.on(&[(F32, &[1, 600_001])], &|g, x| g.argmin(x[0]));
        self.on(&[(F32, &[1, 600_001])], &|g, x| g.reduce_max(x[0]));
        self.on(&[(I8, &[1, 2_200_000])], &|g, x| g.reduce_sum(x[0]));
        // More than 64 blocks of centres.
        self.on(&[(F32, &[1, 2]), (F32, &[9_000, 2]), (F32, &[9_000])], &|g, x| g.nearest(x[0], x[1], x[2]));
    }
}
