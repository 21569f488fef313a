//! Members that later groups compute again: to write a large tensor and read it back takes longer than one pass of arithmetic on what it
//! is made of.

use tessera_referee::Map2;

use super::plan::{Planner, SMALL, Step};
use crate::{OpKind, Operand};

/// Puts members that are cheap into all later groups that read them, where all that read them are groups which can have them.
pub(super) fn compute_again(planner: &Planner<'_>, steps: &mut [Step]) {
    for at in 0..steps.len() {
        let Step::Together(group) = &steps[at] else { continue };
        for index in group.members.clone() {
            if !is_cheap(planner, index) {
                continue;
            }
            let reads = |step: &Step| step.outside(planner.reads).any(|source| source == Operand::Op(index as u16));
            let readers: Vec<usize> = (at + 1..steps.len()).filter(|&later| reads(&steps[later])).collect();
            let with: Option<Vec<Step>> =
                readers.iter().map(|&later| with_member(planner, &steps[later], index)).collect();
            for (later, step) in readers.into_iter().zip(with.into_iter().flatten()) {
                steps[later] = step;
            }
        }
    }
}

/// Whether a member is large and made by one addition, subtraction or multiplication of what is there anyway: inputs and small tensors.
fn is_cheap(planner: &Planner<'_>, index: usize) -> bool {
    let op = &planner.operations[index];
    let there = |source: Operand| match source {
        Operand::Input(_) => true,
        Operand::Op(i) => planner.operations[usize::from(i)].output.shape.elements() <= SMALL,
    };
    matches!(op.kind, OpKind::Map2(Map2::Add | Map2::Sub | Map2::Mul))
        && op.output.shape.elements() > SMALL
        && planner.reads.operands[index].iter().all(|read| there(read.source))
        && !planner.reads.outputs.contains(&Operand::Op(index as u16))
}

/// The step with one more member, which comes first.
fn with_member(planner: &Planner<'_>, step: &Step, index: usize) -> Option<Step> {
    let Step::Together(group) = step else { return None };
    let members: Vec<usize> = std::iter::once(index).chain(group.members.iter().copied()).collect();
    let fits = |&member: &usize| planner.joins(member, &members, group.rows);
    let folds: Option<Vec<_>> = group.folds.iter().map(|fold| planner.fold(fold.index, &members, group.rows)).collect();
    members.iter().all(fits).then(|| Some(planner.together(members, folds?, group.rows)))?
}
