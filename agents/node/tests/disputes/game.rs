//! Both sides at a board that takes what the program takes.

use std::cell::RefCell;
use std::sync::Arc;

use tessera_chain::rules::{DisputeVerdict, Phase, Side};
use tessera_compute::referee::merkle::{Digest, FRONTIER_LEVELS, Node};
use tessera_compute::{Cancel, CpuBackend, Root, RootKind, tensors_root};

use tessera_node::TaskInputs;
use tessera_node::dispute::{Choice, DisputeState, Fault, Operation, Play, Served, ServedLeaf, Truth, answer, turn};

/// How a game ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub verdict: DisputeVerdict,
    /// Whether one side made no move.
    pub silence: bool,
    /// Moves made.
    pub moves: usize,
    /// Those that the provider made.
    pub answers: usize,
    /// Turns of the challenger.
    pub turns: usize,
}

pub fn truth(task: &Arc<TaskInputs>, fault: Fault) -> Truth {
    Truth::new(task.clone(), Arc::new(CpuBackend::new()), Cancel::new()).with_fault(fault)
}

/// A dispute on a run with what this provider computes.
pub fn begin(provider: &mut Truth) -> DisputeState {
    let (inputs, trace) = (provider.inputs(), provider.trace().unwrap());
    let outputs: Vec<Root> = provider.outputs().iter().map(|index| trace.roots[usize::from(*index)]).collect();
    DisputeState {
        phase: Phase::Trace,
        inputs_root: inputs.root.0,
        output_root: tensors_root(RootKind::Output, &outputs).0,
        trace_root: [0; 32],
        graph_tree: provider.graph_tree(),
        graph_header: provider.graph_header(),
        operations: provider.operations(),
        operation: 0,
        descriptor: Vec::new(),
        opened: 0,
        tensors: [[0; 32]; 5],
        node: None,
        leaf: 0,
        element: 0,
        claim: [0; 35],
        scratch: Vec::new(),
    }
}

/// What a challenger does when it is its turn: some moves, or none.
pub type Challenger<'a> = dyn FnMut(&DisputeState) -> Vec<Play> + 'a;

/// Plays to the end: the challenger moves first where both may.
pub fn play(provider: &mut Truth, challenger: &mut Challenger<'_>) -> End {
    let mut state = begin(provider);
    let mut end = End { verdict: DisputeVerdict::NoVerdict, silence: false, moves: 0, answers: 0, turns: 0 };
    while end.moves < 200 {
        let Some(side) = state.owes() else {
            return End { verdict: state.phase.verdict().unwrap(), ..end };
        };
        let plays = challenger(&state);
        if !plays.is_empty() {
            end.turns += 1;
            end.moves += plays.len();
            for play in &plays {
                state = state.after(play).unwrap_or_else(|refused| panic!("{refused}: {play:?} in {:?}", state.phase));
            }
            continue;
        }
        let next = match side {
            Side::Provider => answer(&state, provider).unwrap().and_then(|play| state.after(&play).ok()),
            Side::Challenger => None,
        };
        let Some(next) = next else {
            let verdict = match side {
                Side::Provider => DisputeVerdict::ChallengerWon,
                Side::Challenger => DisputeVerdict::ProviderWon,
            };
            return End { verdict, silence: true, ..end };
        };
        end.moves += 1;
        end.answers += 1;
        state = next;
    }
    panic!("a game without end, in {:?}", state.phase);
}

/// A challenger that plays as agents do.
pub fn agent<'a>(truth: &'a mut Truth, served: &'a dyn Served) -> impl FnMut(&DisputeState) -> Vec<Play> + 'a {
    move |state| match turn(state, truth, served).unwrap() {
        (plays, Choice::Wait | Choice::Agrees | Choice::Play(_)) => plays,
    }
}

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serves {
    pub trace: bool,
    pub trees: bool,
    pub leaves: bool,
}

/// Serves what a provider computes, as far as it does.
pub struct Server(pub RefCell<Truth>, pub Serves);

impl Server {
    fn operation(&self, index: u16) -> Option<Arc<Operation>> {
        self.0.borrow_mut().operation(index).ok()
    }
}

impl Served for Server {
    fn trace(&self) -> Option<Vec<Root>> {
        self.1.trace.then(|| self.0.borrow_mut().trace().unwrap().roots.clone())
    }

    fn tree(&self, operation: u16) -> Option<Digest> {
        Some(self.operation(operation).filter(|_| self.1.trees)?.output().ok()?.1.hash())
    }

    fn nodes(&self, operation: u16, of: Node) -> Option<Vec<Digest>> {
        self.operation(operation).filter(|_| self.1.trees)?.output().ok()?.1.frontier(of, FRONTIER_LEVELS)
    }

    fn leaf(&self, operation: u16, index: u64) -> Option<ServedLeaf> {
        let operation = self.operation(operation).filter(|_| self.1.leaves)?;
        let (output, tree) = operation.output().ok()?;
        Some(ServedLeaf { bytes: output.leaf(index)?, proof: tree.prove(index)? })
    }
}
