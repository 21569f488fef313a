//! The graph of a k-means.

use tessera_compute::{DType, Graph, GraphBuilder, GraphError, Tensor, Value};

use super::plus_plus;
use crate::centre::{Centred, centre};
use crate::prepare::{Features, usable};
use crate::spec::{KMeans, Start};
use crate::stack::stack;
use crate::table::Table;
use crate::{JobError, long};

/// Inputs: features `[n, d]`, then the initial centres `[k, d]` if they are given. Outputs: centres less the means `[k, d]`, the
/// means `[2, d]`, labels i32 `[n]`, inertia `[]`.
pub(crate) fn build(
    spec: &KMeans,
    features: Features,
    centres: Option<&Table>,
) -> Result<(Graph, Vec<Tensor>), JobError> {
    let clusters = spec.clusters.get();
    if clusters as usize > features.rows {
        return Err(JobError::TooManyClusters { clusters, rows: features.rows });
    }
    let (n, d) = (features.rows as u64, features.names.len() as u64);
    let initial = match centres {
        Some(table) if table.rows() != clusters as usize => {
            return Err(JobError::InitialCentres { rows: table.rows(), clusters });
        }
        Some(table) => Some(Tensor::f32(&[u64::from(clusters), d], usable(table, &features.names)?)?),
        None => None,
    };
    let mut g = GraphBuilder::new();
    let x = g.input(DType::F32, &[n, d])?;
    let given = match initial {
        Some(_) => Some(g.input(DType::F32, &[u64::from(clusters), d])?),
        None => None,
    };
    let x = centre(&mut g, x)?;
    let lloyd = Lloyd { x, ones: g.fill(1.0, &[1, n])?, zero: g.fill(0.0, &[])? };
    let best = match (given, spec.start) {
        (Some(given), _) => {
            let initial = subtract_means(&mut g, given, x.means, d)?;
            lloyd.run(&mut g, initial, spec.iterations)?
        }
        (None, Start::PlusPlus { seed, restarts }) => {
            let runs = (0..restarts.get())
                .map(|run| {
                    let seed = plus_plus::mix(seed, u64::from(run));
                    let initial = plus_plus::draw(&mut g, x.rows, clusters, seed)?;
                    lloyd.run(&mut g, initial, spec.iterations)
                })
                .collect::<Result<Vec<_>, GraphError>>()?;
            best(&mut g, &runs)?
        }
        (None, Start::Given) => return Err(JobError::Start),
    };
    for output in [best.centres, x.means, best.labels, best.inertia] {
        g.output(output)?;
    }
    let inputs = [features.into_tensor()?].into_iter().chain(initial);
    Ok((g.finish()?, inputs.collect()))
}

/// Given centres in the coordinates of the centred features, by the same two subtractions.
fn subtract_means(g: &mut GraphBuilder, centres: Value, means: Value, d: u64) -> Result<Value, GraphError> {
    let first = g.slice(means, &[0, 0], &[1, d])?;
    let second = g.slice(means, &[1, 0], &[1, d])?;
    let once = g.sub(centres, first)?;
    g.sub(once, second)
}

/// A finished run: centres `[k, d]`, labels `[n]` of the rows nearest to them, inertia `[]`.
#[derive(Clone, Copy)]
struct Run {
    centres: Value,
    labels: Value,
    inertia: Value,
}

struct Lloyd {
    x: Centred,
    /// `[1, n]`, whose sums by label are the sizes of the clusters.
    ones: Value,
    zero: Value,
}

impl Lloyd {
    fn run(&self, g: &mut GraphBuilder, initial: Value, iterations: u32) -> Result<Run, GraphError> {
        let mut centres = initial;
        for _ in 0..iterations {
            centres = self.average(g, centres)?;
        }
        let labels = self.assign(g, centres)?;
        // Not through nearest's expanded form, which loses the digits that small distances have.
        let own = g.gather(centres, labels)?;
        let offset = g.sub(self.x.rows, own)?;
        let squared = g.rowdot(offset, offset)?;
        let inertia = long::sum(g, squared)?;
        Ok(Run { centres, labels, inertia })
    }

    fn assign(&self, g: &mut GraphBuilder, centres: Value) -> Result<Value, GraphError> {
        let squares = g.rowdot(centres, centres)?;
        g.nearest(self.x.rows, centres, squares)
    }

    /// The mean of each centre's rows; a centre without rows stays where it is.
    fn average(&self, g: &mut GraphBuilder, centres: Value) -> Result<Value, GraphError> {
        let clusters = g.shape_of(centres)?.rows();
        let labels = self.assign(g, centres)?;
        let sums = long::segment_sum(g, self.x.columns, labels, clusters)?;
        let sizes = long::segment_sum(g, self.ones, labels, clusters)?;
        let means = g.div(sums, sizes)?;
        let occupied = g.lt(self.zero, sizes)?;
        g.select(occupied, means, centres)
    }
}

/// The run with the least inertia, the first among equals.
fn best(g: &mut GraphBuilder, runs: &[Run]) -> Result<Run, GraphError> {
    let inertias = column(g, runs, |run| run.inertia)?;
    let centres = column(g, runs, |run| run.centres)?;
    let labels = column(g, runs, |run| run.labels)?;
    let winner = g.argmin(inertias)?;
    Ok(Run {
        centres: g.gather(centres, winner)?,
        labels: g.gather(labels, winner)?,
        inertia: g.gather(inertias, winner)?,
    })
}

/// One part of every run, stacked.
fn column(g: &mut GraphBuilder, runs: &[Run], part: fn(&Run) -> Value) -> Result<Value, GraphError> {
    let parts = runs.iter().map(part).collect::<Vec<_>>();
    stack(g, &parts)
}
