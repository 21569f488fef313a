//! The moves of a dispute, each at its largest: trees of 17 levels, a whole segment of terms.

use tessera::state::DisputePhase;
use tessera_compute::referee::dispute::{Claim, Expect, PartWidth, expects};
use tessera_compute::{DType, Graph, GraphBuilder, TensorType};
use tessera_tests::svm::committed::{Committed, Traced};
use tessera_tests::svm::disputes::{MAP, PRODUCT, honest, wrong};
use tessera_tests::svm::{DisputeRef, TaskSpec, World};

use super::measure::Meter;

/// Leaves of the large operands: 17 levels.
const LEAVES: u64 = 1 << 17;

/// Rows of so many terms that fill as many leaves.
fn rows(dtype: DType, terms: u64) -> u64 {
    LEAVES * 512 / (terms * dtype.size())
}

fn graph(dtype: DType, terms: u64) -> Graph {
    let mut builder = GraphBuilder::new();
    let [a, b] = [0, 1].map(|_| builder.input(dtype, &[rows(dtype, terms), terms]).unwrap());
    let product = builder.matmul(a, b).unwrap();
    builder.output(product).unwrap();
    builder.finish().unwrap()
}

/// A product of which only the leaves around one element are known. That element is zero, which is wrong.
fn large(dtype: DType, terms: u64) -> Traced {
    let graph = graph(dtype, terms);
    let mut bytes = [0; 512];
    for (index, byte) in bytes.iter_mut().enumerate() {
        // Of f32: between a half and two, of either sign.
        *byte = if dtype == DType::F32 && index % 4 == 3 { 0x3f | (index as u8 & 4) << 5 } else { (index * 37) as u8 };
    }
    let types = |dims: &[u64], dtype| TensorType::new(dtype, dims).unwrap();
    let rows = rows(dtype, terms);
    let operand = Committed::of_leaf(types(&[rows, terms], dtype), 0, bytes);
    let output = if dtype == DType::I8 { DType::I32 } else { dtype };
    let mut traced = Traced::new(graph, &[], &[]);
    traced.inputs = vec![operand.clone(), operand];
    traced.trace = vec![Committed::of_leaf(types(&[rows, rows], output), 0, [0; 512])];
    traced
}

/// Plays until the step on element 0.
fn at_step(world: &mut World, traced: &Traced, nonce: u64) -> DisputeRef {
    let run = world.submitted_trace_as(TaskSpec { nonce, ..TaskSpec::asking(traced.task()) }, traced);
    let dispute = world.disputed_by(run, world.modeller, traced);
    world.send(world.dispute_trace(dispute, traced.shown_trace()));
    world.send(world.dispute_operation(dispute, traced.operation(0)));
    world.send(world.dispute_tensors(dispute, traced.openings(0)));
    world.send(world.dispute_leaf(dispute, 0));
    show(world, dispute, traced);
    world.send(world.dispute_element(dispute, 0));
    assert_eq!(world.phase(dispute), DisputePhase::Step);
    dispute
}

fn show(world: &mut World, dispute: DisputeRef, traced: &Traced) {
    let shown = traced.shown_leaf(0, 0);
    let call = world.dispute_show(dispute, shown.clone());
    let buffer = world.buffered(dispute, dispute.challenger.key, &shown);
    world.send(call.with(|call| {
        (call.accounts.mover, call.accounts.buffer, call.args.args) = (dispute.challenger.key, Some(buffer), None);
    }));
    world.send(world.buffer_close(dispute.challenger.key, dispute.key));
}

impl Meter {
    pub fn disputes(&mut self) {
        self.usual();
        for (nonce, dtype, terms) in
            [(11, DType::F32, 128), (12, DType::F32, 64), (13, DType::I8, 512), (14, DType::I8, 256)]
        {
            self.step(nonce, dtype, terms);
        }
        self.lost();
    }

    /// Every move on its usual path.
    fn usual(&mut self) {
        let traced = wrong(PRODUCT);
        let run = self.world.submitted_trace(&traced);
        let by = self.world.modeller;
        let dispute = DisputeRef::of(run, by);
        self.measure("`dispute_open`", self.world.dispute_open(run, by, traced.open()));
        self.measure("`dispute_trace`", self.world.dispute_trace(dispute, traced.shown_trace()));
        self.measure("`dispute_descend`", self.world.dispute_descend(dispute, None));
        let node = self.world.dispute(dispute).node;
        let hashes = tessera_tests::svm::committed::below(&traced.trace_leaves(), node);
        self.measure("`dispute_reveal`", self.world.dispute_reveal(dispute, hashes));
        self.measure("`dispute_operation`", self.world.dispute_operation(dispute, traced.operation(PRODUCT)));
        self.measure(
            "`dispute_tensors`: an output and two inputs",
            self.world.dispute_tensors(dispute, traced.openings(PRODUCT)),
        );
        self.measure("`dispute_leaf`", self.world.dispute_leaf(dispute, 0));
        self.measure("`dispute_show`", self.world.dispute_show(dispute, traced.shown_leaf(PRODUCT, 0)));
        self.measure("`dispute_element`", self.world.dispute_element(dispute, tessera_tests::svm::disputes::ELEMENT));
        let state = self.world.dispute(dispute);
        let expected = expects(&traced.descriptor(PRODUCT), state.element, &Claim::decode(&state.claim).unwrap());
        assert_eq!(expected, Ok(Expect::Parts { count: 3, width: PartWidth::Word }));
        self.measure(
            "`dispute_parts`: three words",
            self.world.dispute_parts(dispute, tessera_tests::svm::disputes::parts(&state)),
        );
        self.measure("`dispute_part`", self.world.dispute_part(dispute, 2));
        let step = traced.step(&self.world.dispute(dispute));
        let payload = self.world.buffered(dispute, dispute.challenger.key, &step);
        let call = self.world.dispute_step(dispute, step).with(|call| {
            (call.accounts.mover, call.accounts.buffer, call.args.args) = (by.key, Some(payload), None);
        });
        self.measure("`dispute_step`: f32, the last 44 of 300 terms", call);
        self.measure("`buffer_close`", self.world.buffer_close(by.key, dispute.key));
        self.measure("`dispute_settle`: refutes", self.world.dispute_settle(dispute));
        let settle = self.world.task_settle(run, &[]).with(|call| call.accounts.challenger_vault = Some(dispute.vault));
        self.measure("`task_settle`: slashed by a dispute, closes all", settle);
        self.measure("`dispute_close`", self.world.dispute_close(dispute));
    }

    fn step(&mut self, nonce: u64, dtype: DType, terms: u64) {
        self.world = World::default();
        let traced = large(dtype, terms);
        let dispute = at_step(&mut self.world, &traced, nonce);
        let (step, by) = (traced.step(&self.world.dispute(dispute)), dispute.challenger.key);
        let payload = self.world.buffered(dispute, dispute.challenger.key, &step);
        let call = self.world.dispute_step(dispute, step).with(|call| {
            (call.accounts.mover, call.accounts.buffer, call.args.args) = (by, Some(payload), None);
        });
        self.measure(&format!("`dispute_step`: {dtype:?}, {terms} terms, two proofs of 17 levels"), call);
    }

    fn lost(&mut self) {
        self.world = World::default();
        let traced = honest();
        let run = self.world.submitted_trace_as(TaskSpec { nonce: 20, ..TaskSpec::asking(traced.task()) }, &traced);
        let by = self.world.modeller;
        let dispute = self.world.disputed_by(run, by, &traced);
        self.world.play_until(dispute, &traced, MAP, DisputePhase::PickElement);
        let until = self.world.dispute(dispute).clocks.until;
        self.world.bank.set_clock(until.unix, until.slot);
        self.measure("`dispute_timeout`", self.world.dispute_timeout(dispute));
        self.measure("`dispute_settle`: a lost bond, insured, closes", self.world.dispute_settle(dispute));
        let payload = vec![7; 880];
        let write = |offset| self.world.buffer_write(by.key, dispute.key, 1_760, offset, &payload);
        let (first, second) = (write(0), write(880));
        self.measure("`buffer_write`: makes it, 880 bytes", first);
        self.measure("`buffer_write`: 880 bytes more", second);
    }
}
