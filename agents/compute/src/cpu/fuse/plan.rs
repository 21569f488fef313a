//! Cutting a graph into groups.

use std::collections::VecDeque;

use tessera_referee::DType;

use super::again::compute_again;
use super::folds::{Fold, Rows};
use super::local::{is_local, row_counts};
use crate::cpu::machine::PANEL_MULTIPLE;
use crate::cpu::reads::{Read, Reads, follows_strides, is_down};
use crate::{Graph, OpKind, Operand, Operation};

/// Fewest rows of a group: fewer would leave threads without work.
const LEAST_ROWS: u64 = 16;
/// Elements up to which an operation that a group does not need is brought forward, so that the group need not end.
pub(super) const SMALL: u64 = 1 << 17;
/// Operations that wait for a group's folds, at most.
const MOST_LATER: usize = 64;
/// How many times as large as a tensor that waits a group's largest is, at least.
const MUCH_LARGER: u64 = 8;
/// Bytes of a group's tensors that a thread holds, about: with packed factors they stay in the second cache.
const CACHE: u64 = 768 << 10;
/// The same where folds read a tile once more.
const CACHE_FOR_FOLDS: u64 = 256 << 10;
/// Bytes that one row of any of a group's tensors may take: with fewer rows than this asks for, a thread's tensors would not stay in a cache.
const LONGEST_ROW: u64 = 256 << 10;
/// Rows of a tile are a multiple of this where they can: no machine's panels have more rows.
const PANEL: u64 = 12;
/// And of this where there are more: a multiple of what any machine's panels have.
const PANELS: u64 = PANEL_MULTIPLE as u64;

/// Operations that are carried out together.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cpu) struct Group {
    /// Their indices, in order.
    pub(in crate::cpu) members: Vec<usize>,
    /// What goes on from tile to tile.
    pub(in crate::cpu) folds: Vec<Fold>,
    pub(in crate::cpu) rows: u64,
    /// Rows that a thread computes at once.
    pub(in crate::cpu) tile: u64,
}

impl Group {
    /// Members, then folds.
    pub(in crate::cpu) fn operations(&self) -> impl Iterator<Item = usize> {
        self.members.iter().copied().chain(self.folds.iter().map(|fold| fold.index))
    }
}

/// What is carried out next.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Step {
    One(usize),
    Together(Group),
}

impl Step {
    /// What is read that the step does not make itself.
    pub(in crate::cpu) fn outside(&self, reads: &Reads) -> impl Iterator<Item = Operand> {
        let own = self.operations();
        let sources = own.iter().flat_map(|&index| &reads.operands[index]).map(|read| read.source);
        let outside = |source: &Operand| !matches!(source, Operand::Op(i) if own.contains(&usize::from(*i)));
        sources.filter(outside).collect::<Vec<_>>().into_iter()
    }

    /// What is carried out, in order.
    pub(in crate::cpu) fn operations(&self) -> Vec<usize> {
        match self {
            Self::One(index) => vec![*index],
            Self::Together(group) => group.operations().collect(),
        }
    }
}

/// The order of a run.
#[derive(Debug)]
pub(in crate::cpu) struct Plan {
    pub(in crate::cpu) reads: Reads,
    pub(in crate::cpu) steps: Vec<Step>,
}

impl Plan {
    pub(in crate::cpu) fn new(graph: &Graph, threads: usize) -> Self {
        let reads = Reads::new(graph);
        let planner = Planner { operations: graph.operations(), reads: &reads, threads };
        let mut steps = Vec::new();
        let mut waiting: VecDeque<usize> = (0..graph.operations().len()).filter(|&index| reads.made[index]).collect();
        let mut open: Option<Open> = None;
        loop {
            let Some(index) = waiting.pop_front() else {
                let Some(group) = open.take() else { break };
                waiting.extend(planner.close(group, &mut steps));
                continue;
            };
            if let Some(group) = &mut open {
                if planner.take(group, index, &mut steps) {
                    continue;
                }
                let group = open.take();
                waiting.push_front(index);
                for later in group.into_iter().flat_map(|group| planner.close(group, &mut steps)).rev() {
                    waiting.push_front(later);
                }
                continue;
            }
            open = planner.open(index);
            if open.is_none() {
                steps.push(Step::One(index));
            }
        }
        compute_again(&planner, &mut steps);
        Self { reads, steps }
    }
}

/// A group that may still grow.
struct Open {
    members: Vec<usize>,
    folds: Vec<Fold>,
    /// What needs the folds, and comes after the group.
    later: Vec<usize>,
    /// The row counts that all members allow, the greatest first.
    counts: Vec<u64>,
    /// Bytes of the largest member.
    largest: u64,
}

pub(super) struct Planner<'a> {
    pub(super) operations: &'a [Operation],
    pub(super) reads: &'a Reads,
    threads: usize,
}

impl Planner<'_> {
    /// A group that begins with this operation.
    fn open(&self, index: usize) -> Option<Open> {
        let op = &self.operations[index];
        let largest = op.output.bytes();
        let joins = |&rows: &u64| has_rows(rows, largest) && self.joins(index, &[], rows);
        let counts: Vec<u64> = row_counts(&op.output.shape).into_iter().filter(joins).collect();
        let open = Open { members: vec![index], folds: Vec::new(), later: Vec::new(), counts, largest };
        (!open.counts.is_empty()).then_some(open)
    }

    /// Finds a place for the next operation in the group, before it or after it; false if there is none.
    fn take(&self, group: &mut Open, index: usize, steps: &mut Vec<Step>) -> bool {
        let (op, own) = (&self.operations[index], &self.reads.operands[index]);
        let small = op.output.shape.elements() <= SMALL;
        if own.iter().any(|read| group.comes_later(read.source)) {
            let room = group.later.len() < MOST_LATER && (small || op.output.bytes() <= group.largest / MUCH_LARGER);
            if room {
                group.later.push(index);
            }
            return room;
        }
        let largest = group.largest.max(op.output.bytes());
        let joins = |&rows: &u64| has_rows(rows, largest) && self.joins(index, &group.members, rows);
        let counts: Vec<u64> = group.counts.iter().copied().filter(joins).collect();
        if !counts.is_empty() {
            group.members.push(index);
            (group.counts, group.largest) = (counts, largest);
            return true;
        }
        if let Some((rows, fold)) =
            group.counts.iter().find_map(|&rows| Some((rows, self.fold(index, &group.members, rows)?)))
        {
            group.folds.push(fold);
            group.counts = vec![rows];
            return true;
        }
        let first = small && !own.iter().any(|read| holds(&group.members, read.source)) && is_movement(op);
        if first {
            steps.push(Step::One(index));
        }
        first
    }

    /// Whether an operation can be a member beside others with so many rows.
    pub(super) fn joins(&self, index: usize, members: &[usize], rows: u64) -> bool {
        let (op, own) = (&self.operations[index], &self.reads.operands[index]);
        let inside: Vec<bool> = own.iter().map(|read| holds(members, read.source)).collect();
        // What is read by strides is read from anywhere, and not by all.
        let follows = |n: usize, read: &Read| follows_strides(&op.kind) || packs_columns(op, n, read);
        let anywhere = (own.iter().zip(&inside).enumerate())
            .any(|(n, (read, &inside))| read.view.is_some() && (inside || !follows(n, read)));
        !anywhere && is_local(op, &inside, rows)
    }

    /// The operation as a fold of members with so many rows.
    pub(super) fn fold(&self, index: usize, members: &[usize], rows: u64) -> Option<Fold> {
        let own = &self.reads.operands[index];
        let each = |read: &Read| match read.source {
            Operand::Op(i) if holds(members, read.source) => {
                Some(self.operations[usize::from(i)].output.shape.elements() / rows)
            }
            _ => None,
        };
        let inside: Vec<Option<u64>> = own.iter().map(each).collect();
        let rows = Rows { count: rows, threads: self.threads, inside: &inside };
        Fold::of(index, &self.operations[index], own, &rows)
    }

    /// Appends the group; gives what comes after it.
    fn close(&self, group: Open, steps: &mut Vec<Step>) -> Vec<usize> {
        let Open { members, folds, later, counts, .. } = group;
        steps.push(match (&members[..], &folds[..]) {
            (&[only], []) => Step::One(only),
            _ => self.together(members, folds, counts.first().copied().unwrap_or(1)),
        });
        later
    }

    pub(super) fn together(&self, members: Vec<usize>, folds: Vec<Fold>, rows: u64) -> Step {
        let tile = self.tile(&members, &folds, rows);
        Step::Together(Group { members, folds, rows, tile })
    }

    /// As many rows as a cache holds, but not so many that threads have nothing to do.
    fn tile(&self, members: &[usize], folds: &[Fold], rows: u64) -> u64 {
        let row_bytes = |index: usize| self.operations[index].output.bytes() / rows;
        let last_reader = |index: usize| {
            let reads_it =
                |&&at: &&usize| self.reads.operands[at].iter().any(|read| read.source == Operand::Op(index as u16));
            members.iter().rev().find(reads_it).copied().unwrap_or(index)
        };
        let (mut live, mut most) = (0, 1);
        for &at in members {
            live += row_bytes(at);
            most = most.max(live);
            live -=
                members.iter().filter(|&&index| last_reader(index) == at).map(|&index| row_bytes(index)).sum::<u64>();
        }
        let fair = rows.div_ceil(4 * self.threads.max(1) as u64);
        let cache = if folds.is_empty() { CACHE } else { CACHE_FOR_FOLDS };
        // What folds read from outside should still be there from a member that has read it.
        let folded = folds.iter().flat_map(|fold| &self.operations[fold.index].operand_types);
        let folded = folded.map(|ty| ty.bytes() / rows).max().unwrap_or(0);
        let whole = (cache / (most + folded)).clamp(1, rows).min(fair.max(2 * PANEL));
        let panels = if whole > PANELS { PANELS } else { PANEL };
        if whole > panels { whole / panels * panels } else { whole }
    }
}

/// Whether a group may have so many rows, of which the largest tensor has so many bytes.
fn has_rows(rows: u64, largest: u64) -> bool {
    rows >= LEAST_ROWS && largest / rows <= LONGEST_ROW
}

/// Whether a product's second factor is packed from the columns of a matrix.
fn packs_columns(op: &Operation, n: usize, read: &Read) -> bool {
    let ty = &op.operand_types[n];
    let rows = !matches!(op.output.shape.dims(), [1, _]);
    let down = read.view.is_some_and(|view| is_down(&view, &ty.shape));
    op.kind == OpKind::Matmul && n == 1 && rows && down && ty.dtype == DType::F32
}

/// Whether what is read is one of these.
fn holds(members: &[usize], source: Operand) -> bool {
    matches!(source, Operand::Op(i) if members.contains(&usize::from(i)))
}

fn is_movement(op: &Operation) -> bool {
    !matches!(op.kind, OpKind::Matmul | OpKind::Nearest | OpKind::SegmentSum | OpKind::Cholesky | OpKind::Solve)
}

impl Open {
    fn comes_later(&self, source: Operand) -> bool {
        let Operand::Op(i) = source else { return false };
        let index = usize::from(i);
        self.folds.iter().any(|fold| fold.index == index) || self.later.contains(&index)
    }
}
