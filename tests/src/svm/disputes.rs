use anchor_lang::AnchorSerialize;
use anchor_lang::prelude::Pubkey;
use tessera::addresses::{bond_vault_address, buffer_address, dispute_address};
use tessera::instructions::DisputeStepArgs;
use tessera::state::{Dispute, DisputePhase};
use tessera_compute::{Backend, Cancel, DType, Graph, GraphBuilder, ReferenceBackend, Tensor};

use super::bank::Sent;
use super::committed::Traced;
use super::parties::Wallet;
use super::specs::{RunRef, TaskSpec};
use super::world::World;

/// A dispute's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeRef {
    /// The dispute.
    pub key: Pubkey,
    /// The vault of its bond.
    pub vault: Pubkey,
    /// The run.
    pub run: RunRef,
    /// Who opened it.
    pub challenger: Wallet,
}

impl DisputeRef {
    /// The dispute over this run by this challenger.
    pub fn of(run: RunRef, challenger: Wallet) -> Self {
        let key = dispute_address(&run.key, &challenger.key).0;
        Self { key, vault: bond_vault_address(&key).0, run, challenger }
    }
}

/// Bytes of a payload in one transaction.
const BUFFER_PART: usize = 880;

/// The operation whose output is the sum of products, before the map that is the task's output.
pub const PRODUCT: usize = 0;
/// The map.
pub const MAP: usize = 1;

/// A product of 4 x 300 and 5 x 300 numbers, and the larger of each element and zero: the task's output.
fn graph(shown: &[usize]) -> Graph {
    let mut builder = GraphBuilder::new();
    let x = builder.input(DType::F32, &[4, 300]).expect("it is a shape");
    let w = builder.input(DType::F32, &[5, 300]).expect("it is a shape");
    let product = builder.matmul(x, w).expect("the rows are as long");
    let values = [product, builder.relu(product).expect("any float has one")];
    for index in shown {
        builder.output(values[*index]).expect("it is an operation");
    }
    builder.finish().expect("it has an output")
}

fn inputs() -> [Tensor; 2] {
    let numbers = |count: u32, step: u32| (0..count).map(|i| ((i * step) % 29) as f32 * 0.37 - 4.0).collect();
    [Tensor::f32(&[4, 300], numbers(1_200, 7)), Tensor::f32(&[5, 300], numbers(1_500, 11))]
        .map(|tensor| tensor.expect("the shape fits its values"))
}

/// The truth of every operation.
pub fn truth() -> [Tensor; 2] {
    let graph = graph(&[PRODUCT, MAP]);
    let outputs = ReferenceBackend.run(&graph, &inputs(), &Cancel::new()).expect("the graph runs");
    outputs.try_into().expect("two outputs")
}

/// The inputs, with which parts are computed.
pub fn operands() -> [Tensor; 2] {
    inputs()
}

/// A task done right.
pub fn honest() -> Traced {
    Traced::new(graph(&[MAP]), &inputs(), &truth())
}

/// An element whose true value is above zero, so that the map passes an error on.
pub const ELEMENT: u64 = 7;

/// The task with [`ELEMENT`] of an operation wrong, and everything after it right.
pub fn wrong(operation: usize) -> Traced {
    let [product, map] = truth();
    let altered = |tensor: &Tensor| {
        let mut values = tensor.as_f32().expect("it is f32").to_vec();
        values[ELEMENT as usize] = values[ELEMENT as usize].abs() + 1.0;
        Tensor::f32(tensor.shape().dims(), values).expect("the shape is its own")
    };
    let trace = if operation == PRODUCT {
        let product = altered(&product);
        let values = product.as_f32().expect("it is f32").iter().map(|x| x.max(0.0)).collect();
        [product, Tensor::f32(&[4, 5], values).expect("as many")]
    } else {
        [product, altered(&map)]
    };
    Traced::new(graph(&[MAP]), &inputs(), &trace)
}

impl World {
    /// A submitted run of a task, with the root of this trace.
    pub fn submitted_trace(&mut self, traced: &Traced) -> RunRef {
        self.submitted_trace_as(TaskSpec::asking(traced.task()), traced)
    }

    /// The same for a task that differs from the default.
    pub fn submitted_trace_as(&mut self, spec: TaskSpec, traced: &Traced) -> RunRef {
        let task = self.open_as(spec);
        let run = self.claim(task);
        let root = traced.output_root();
        self.send(self.run_submit(run).with(|call| call.args.args.output_root = root));
        run
    }

    /// The requester disputes a run.
    pub fn disputed(&mut self, run: RunRef, traced: &Traced) -> DisputeRef {
        self.disputed_by(run, self.requester, traced)
    }

    /// A wallet disputes a run.
    pub fn disputed_by(&mut self, run: RunRef, by: Wallet, traced: &Traced) -> DisputeRef {
        self.send(self.dispute_open(run, by, traced.open()));
        DisputeRef::of(run, by)
    }

    /// A dispute, as it stands.
    #[track_caller]
    pub fn dispute(&self, dispute: DisputeRef) -> Dispute {
        self.read(&dispute.key)
    }

    /// What a dispute waits for.
    #[track_caller]
    pub fn phase(&self, dispute: DisputeRef) -> DisputePhase {
        self.dispute(dispute).phase
    }

    /// Plays on until this phase: [`ELEMENT`] of an operation is picked, and its last part.
    #[track_caller]
    pub fn play_until(&mut self, dispute: DisputeRef, traced: &Traced, operation: usize, until: DisputePhase) {
        while self.phase(dispute) != until {
            self.next_move(dispute, traced, operation);
        }
    }

    /// Sends a step through the buffer of `by`, since it may be larger than a transaction.
    #[track_caller]
    pub fn step_from_buffer(&mut self, dispute: DisputeRef, by: Pubkey, step: &DisputeStepArgs) -> Sent {
        let buffer = self.buffered(dispute, by, step);
        let call = self.dispute_step(dispute, step.clone()).with(|call| {
            (call.accounts.mover, call.accounts.buffer, call.args.args) = (by, Some(buffer), None);
        });
        let sent = self.send(call);
        self.send(self.buffer_close(by, dispute.key));
        sent
    }

    /// Writes a payload into the buffer of `by`; returns its address.
    #[track_caller]
    pub fn buffered(&mut self, dispute: DisputeRef, by: Pubkey, args: &impl AnchorSerialize) -> Pubkey {
        let mut bytes = Vec::new();
        args.serialize(&mut bytes).expect("memory takes any bytes");
        for (index, part) in bytes.chunks(BUFFER_PART).enumerate() {
            self.send(self.buffer_write(by, dispute.key, bytes.len(), index * BUFFER_PART, part));
        }
        buffer_address(&dispute.key, &by).0
    }

    #[track_caller]
    fn next_move(&mut self, dispute: DisputeRef, traced: &Traced, operation: usize) {
        match self.phase(dispute) {
            DisputePhase::Trace => drop(self.send(self.dispute_trace(dispute, traced.shown_trace()))),
            DisputePhase::PickOperation => {
                self.send(self.dispute_operation(dispute, traced.operation(operation)));
            }
            DisputePhase::OpenTensors => drop(self.send(self.dispute_tensors(dispute, traced.openings(operation)))),
            DisputePhase::PickLeaf => {
                let output = traced.tensor(operation, 0).ty;
                let leaf = tessera_compute::referee::dispute::leaf_of(&output, ELEMENT).expect("it has the element");
                self.send(self.dispute_leaf(dispute, leaf));
            }
            DisputePhase::OpenLeaf => {
                let leaf = self.dispute(dispute).leaf;
                self.send(self.dispute_show(dispute, traced.shown_leaf(operation, leaf)));
            }
            DisputePhase::PickElement => drop(self.send(self.dispute_element(dispute, ELEMENT))),
            DisputePhase::Parts => drop(self.send(self.dispute_parts(dispute, parts(&self.dispute(dispute))))),
            DisputePhase::PickPart => drop(self.send(self.dispute_part(dispute, 2))),
            DisputePhase::Step => {
                let step = traced.step(&self.dispute(dispute));
                self.step_from_buffer(dispute, self.cranker.key, &step);
            }
            phase @ (DisputePhase::RevealTrace | DisputePhase::RevealTensor | DisputePhase::Over(_)) => {
                panic!("{phase:?} has no usual next move")
            }
        }
    }
}

/// The parts of the product's element: right but for the last, which is what the element says.
pub fn parts(dispute: &Dispute) -> Vec<u8> {
    use tessera_compute::dispute::Opened;
    use tessera_compute::referee::descriptor::Descriptor;
    use tessera_compute::referee::dispute::Claim;
    let descriptor = Descriptor::decode(&dispute.descriptor).expect("it is valid");
    let (operands, [product, _]) = (operands(), truth());
    let operands: Vec<&Tensor> = operands.iter().collect();
    let opened = Opened { descriptor: &descriptor, operands: &operands, output: &product };
    let value = product.word(dispute.element as usize).expect("it has the element");
    let mut parts = opened.true_parts(dispute.element, &Claim::Element { value }).expect("it has parts");
    let Some(Claim::Element { value }) = Claim::decode(&dispute.claim) else { panic!("an element is claimed") };
    let last = parts.len() - 4;
    parts[last..].copy_from_slice(&value.to_le_bytes());
    parts
}
