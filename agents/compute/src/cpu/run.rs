//! Running a graph: steps in order, memory handed from dead tensors to new ones.

use super::dispatch;
use super::fuse::{self, Plan, Step};
use super::part::{Part, Target};
use super::pool::Pool;
use super::values::Values;
use crate::exec::{ExecError, check_inputs};
use crate::{Graph, Operand, Tensor};

/// The graph's outputs.
pub(super) fn run(pool: &Pool<'_>, graph: &Graph, inputs: &[Tensor]) -> Result<Vec<Tensor>, ExecError> {
    check_inputs(graph, inputs)?;
    let plan = Plan::new(graph, pool.threads);
    let last = last_steps(graph, &plan);
    let mut values = Values::new(inputs, graph.operations().len());
    for (now, step) in plan.steps.iter().enumerate() {
        if pool.cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        match step {
            Step::One(index) => {
                let parts = plan.reads.operands[*index].iter().map(|read| {
                    let data = values.get(read.source).ok_or(ExecError::Malformed)?;
                    Ok(Part { data, skip: 0, view: read.view })
                });
                let parts = parts.collect::<Result<Vec<_>, ExecError>>()?;
                let data = dispatch::evaluate(&Target::Whole(pool), &graph.operations()[*index], &parts)?;
                values.put(*index, data);
            }
            Step::Together(group) => {
                let later = |&index: &usize| last[index] > now;
                let kept: Vec<usize> = group.members.iter().copied().filter(later).collect();
                let whole = fuse::run(pool, graph, &plan.reads, group, &kept, &values)?;
                let made = kept.into_iter().chain(group.folds.iter().map(|fold| fold.index));
                made.zip(whole).for_each(|(index, data)| values.put(index, data));
            }
        }
        let made = step.operations().into_iter().map(|index| Operand::Op(index as u16));
        for source in step.outside(&plan.reads).chain(made) {
            if let Operand::Op(i) = source
                && last[usize::from(i)] <= now
            {
                values.drop(usize::from(i), pool.store);
            }
        }
    }
    outputs(graph, inputs, &plan, values)
}

/// For each operation the last step that reads what it made; none for outputs.
fn last_steps(graph: &Graph, plan: &Plan) -> Vec<usize> {
    let mut last = vec![0; graph.operations().len()];
    for (now, step) in plan.steps.iter().enumerate() {
        for source in step.outside(&plan.reads) {
            if let Operand::Op(i) = source {
                last[usize::from(i)] = now;
            }
        }
    }
    for &source in &plan.reads.outputs {
        if let Operand::Op(i) = source {
            last[usize::from(i)] = usize::MAX;
        }
    }
    last
}

/// Each output under its own shape; those of the same memory share it.
fn outputs(graph: &Graph, inputs: &[Tensor], plan: &Plan, mut values: Values<'_>) -> Result<Vec<Tensor>, ExecError> {
    let mut made: Vec<(u16, Tensor)> = Vec::new();
    let mut found = Vec::with_capacity(graph.outputs().len());
    for (&source, ty) in plan.reads.outputs.iter().zip(graph.output_specs()) {
        let tensor = match source {
            Operand::Input(i) => inputs.get(usize::from(i)).map(|input| input.reshaped(ty.shape)),
            Operand::Op(i) => match made.iter().find(|(at, _)| *at == i) {
                Some((_, tensor)) => Some(tensor.reshaped(ty.shape)),
                None => values.take(usize::from(i)).map(|data| {
                    let tensor = Tensor::from_parts(ty.shape, data);
                    made.push((i, tensor.clone()));
                    tensor
                }),
            },
        };
        found.push(tensor.ok_or(ExecError::Malformed)?);
    }
    Ok(found)
}
