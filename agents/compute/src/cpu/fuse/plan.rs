//! Cutting a graph into groups.

use super::local::{is_local, row_counts};
use crate::cpu::reads::{Read, Reads, follows_strides};
use crate::{Graph, OpKind, Operand, Operation};

/// Fewest rows of a group: fewer would leave threads without work.
const LEAST_ROWS: u64 = 16;
/// Elements up to which an operation that a group does not need is brought forward, so that the group need not end.
const SMALL: u64 = 1 << 17;
/// Bytes of a group's tensors that a thread holds, about: with packed factors they stay in the second cache.
const CACHE: u64 = 768 << 10;
/// Bytes that one row of any of a group's tensors may take: with fewer rows than this asks for, a thread's tensors would not stay in a cache.
const LONGEST_ROW: u64 = 256 << 10;
/// Rows of a tile are a multiple of this where they can: no machine's panels have more rows.
const PANEL: u64 = 12;

/// Operations that are carried out together.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cpu) struct Group {
    /// Their indices, in order.
    pub(in crate::cpu) members: Vec<usize>,
    pub(in crate::cpu) rows: u64,
    /// Rows that a thread computes at once.
    pub(in crate::cpu) tile: u64,
}

/// What is carried out next.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Step {
    One(usize),
    Together(Group),
}

/// The order of a run.
#[derive(Debug)]
pub(in crate::cpu) struct Plan {
    pub(in crate::cpu) reads: Reads,
    pub(in crate::cpu) steps: Vec<Step>,
}

/// A group that may still grow.
struct Open {
    members: Vec<usize>,
    /// The row counts that all members allow, the greatest first.
    counts: Vec<u64>,
    /// Bytes of the largest member.
    largest: u64,
}

impl Plan {
    pub(in crate::cpu) fn new(graph: &Graph, threads: usize) -> Self {
        let reads = Reads::new(graph);
        let mut steps = Vec::new();
        let mut open: Option<Open> = None;
        for (index, op) in graph.operations().iter().enumerate().filter(|&(index, _)| reads.made[index]) {
            let own = &reads.operands[index];
            if let Some(group) = &mut open {
                let inside: Vec<bool> = own.iter().map(|read| group.holds(read.source)).collect();
                let largest = group.largest.max(op.output.bytes());
                let joins =
                    |&rows: &u64| rows >= LEAST_ROWS && largest / rows <= LONGEST_ROW && joins(op, own, &inside, rows);
                let counts: Vec<u64> = group.counts.iter().copied().filter(joins).collect();
                if !counts.is_empty() {
                    group.members.push(index);
                    (group.counts, group.largest) = (counts, largest);
                    continue;
                }
                if !inside.contains(&true) && op.output.shape.elements() <= SMALL && is_movement(op) {
                    steps.push(Step::One(index));
                    continue;
                }
            }
            steps.extend(open.take().map(|group| group.close(graph, &reads, threads)));
            let none = vec![false; own.len()];
            let largest = op.output.bytes();
            let joins =
                |&rows: &u64| rows >= LEAST_ROWS && largest / rows <= LONGEST_ROW && joins(op, own, &none, rows);
            let counts: Vec<u64> = row_counts(&op.output.shape).into_iter().filter(joins).collect();
            if counts.is_empty() {
                steps.push(Step::One(index));
            } else {
                open = Some(Open { members: vec![index], counts, largest });
            }
        }
        steps.extend(open.take().map(|group| group.close(graph, &reads, threads)));
        Self { reads, steps }
    }
}

/// Whether an operation can be a member with so many rows.
fn joins(op: &Operation, reads: &[Read], inside: &[bool], rows: u64) -> bool {
    // What is read by strides is read from anywhere, and not by all.
    let anywhere =
        reads.iter().zip(inside).any(|(read, &inside)| read.view.is_some() && (inside || !follows_strides(&op.kind)));
    !anywhere && is_local(op, inside, rows)
}

fn is_movement(op: &Operation) -> bool {
    !matches!(op.kind, OpKind::Matmul | OpKind::Nearest | OpKind::SegmentSum | OpKind::Cholesky | OpKind::Solve)
}

impl Open {
    fn holds(&self, source: Operand) -> bool {
        matches!(source, Operand::Op(i) if self.members.contains(&usize::from(i)))
    }

    fn close(self, graph: &Graph, reads: &Reads, threads: usize) -> Step {
        let Self { members, counts, .. } = self;
        match (&members[..], counts.first()) {
            (&[only], _) => Step::One(only),
            (_, Some(&rows)) => {
                let tile = tile(graph, reads, &members, rows, threads);
                Step::Together(Group { members, rows, tile })
            }
            (_, None) => Step::Together(Group { members, rows: 1, tile: 1 }),
        }
    }
}

/// As many rows as a cache holds, but not so many that threads have nothing to do.
fn tile(graph: &Graph, reads: &Reads, members: &[usize], rows: u64, threads: usize) -> u64 {
    let operations = graph.operations();
    let row_bytes = |index: usize| operations[index].output.bytes() / rows;
    let last_reader = |index: usize| {
        let reads_it = |&&at: &&usize| reads.operands[at].iter().any(|read| read.source == Operand::Op(index as u16));
        members.iter().rev().find(reads_it).copied().unwrap_or(index)
    };
    let (mut live, mut most) = (0, 1);
    for &at in members {
        live += row_bytes(at);
        most = most.max(live);
        live -= members.iter().filter(|&&index| last_reader(index) == at).map(|&index| row_bytes(index)).sum::<u64>();
    }
    let fair = rows.div_ceil(4 * threads.max(1) as u64);
    let whole = (CACHE / most).clamp(1, rows).min(fair.max(2 * PANEL));
    if whole > PANEL { whole / PANEL * PANEL } else { whole }
}
