//! What the program would do to the accounts, as far as agents look at them, by the program's own rules. Account positions
//! and encodings are the program's.

use std::ops::Range;

use futures::FutureExt;
use tessera_chain::program::hashes::{Hasher, keyed_leaf, seal_hash};
use tessera_chain::rules::{self, SettleFacts, Settlement, SilentRun, TaskView};
use tessera_chain::{
    AuditState, Chain, ChainError, Draw, FakeChain, Instruction, Moment, Outgoing, Provider, Pubkey, Run, RunState,
    SlotHash, SlotState, Task, TicketChain,
};
use tessera_compute::referee::merkle::{Proof, TensorHeader};
use tessera_compute::referee::proof::{OutputLeaf, pick};

use super::accounts;

pub fn read<T>(reading: impl Future<Output = Result<T, ChainError>>) -> T {
    reading.now_or_never().expect("the fake answers at once").unwrap()
}

pub fn apply(chain: &FakeChain, outgoing: &Outgoing, signers: &[Pubkey]) {
    // Those before the last one make what it needs; openings come together.
    let first = if outgoing.label == "audit_open" { 0 } else { outgoing.instructions.len() - 1 };
    for instruction in &outgoing.instructions[first..] {
        carry_out(chain, &outgoing.label, instruction, signers);
    }
}

fn carry_out(chain: &FakeChain, label: &str, instruction: &Instruction, signers: &[Pubkey]) {
    let keys: Vec<Pubkey> = instruction.accounts.iter().map(|account| account.pubkey).collect();
    // After the discriminator.
    let call = Call { chain, keys, data: &instruction.data[8..], now: read(chain.moment()) };
    match label {
        "task_claim" => call.claim(signers[0]),
        "run_release" => call.release(),
        "run_submit" => call.submit(),
        "run_seal" => call.seal(),
        "run_reveal" => call.reveal(),
        "task_settle" => call.settle(),
        "task_expire" => call.expire(),
        "audit_draw" => call.draw(),
        "audit_claim" => call.audit_claim(signers[0]),
        "audit_post" => call.audit_post(),
        "audit_open" => call.audit_open(),
        "verifier_commit" => call.commit(),
        "balance_claim" => chain.remove(call.keys[3]),
        "share_open" => {
            let share = tessera_chain::fake::fixture::share(call.keys[1], call.keys[3], call.number(0));
            chain.put_share(call.keys[4], share);
        }
        before if before.starts_with("before ") => {}
        other => panic!("a transaction that agents do not send: {other}"),
    }
}

struct Call<'a> {
    chain: &'a FakeChain,
    keys: Vec<Pubkey>,
    data: &'a [u8],
    now: Moment,
}

impl Call<'_> {
    fn task(&self, place: usize) -> Task {
        read(self.chain.task(self.keys[place])).expect("a task").data
    }

    fn run(&self, place: usize) -> Run {
        read(self.chain.run(self.keys[place])).expect("a run").data
    }

    fn bytes(&self, from: usize) -> [u8; 32] {
        self.data[from..from + 32].try_into().unwrap()
    }

    fn number(&self, from: usize) -> u64 {
        u64::from_le_bytes(self.data[from..from + 8].try_into().unwrap())
    }

    fn put_task(&self, place: usize, mut task: Task, view: &TaskView<[u8; 32]>) {
        task.state = view.state.into();
        task.reveal_from = view.reveal_from.map_or(Moment { unix: 0, slot: 0 }, Into::into);
        (task.audit_until, task.challenge_until) = (view.audit_until.into(), view.challenge_until.into());
        task.decision = view.decision.into();
        for (slot, next) in task.slots.iter_mut().zip(&view.slots) {
            slot.state = next.state.into();
            (slot.root, slot.agreeing, slot.differing) = (next.root, next.agreeing, next.differing);
            if slot.state == SlotState::Free {
                slot.provider = Pubkey::default();
            }
        }
        self.chain.put_task(self.keys[place], task);
    }

    fn claim(&self, authority: Pubkey) {
        let (mut task, run, provider) = (self.task(3), self.keys[4], self.keys[2]);
        let mut me = read(self.chain.provider(provider)).expect("a provider").data;
        let mut view = task.view();
        let free = view.slots.iter().position(|slot| slot.state == rules::SlotState::Free).expect("a free slot");
        view.slots[free].state = rules::SlotState::Claimed;
        let used = usize::from(task.runs);
        if !view.slots[..used].iter().any(|slot| slot.state == rules::SlotState::Free) {
            view.state = rules::TaskState::Claimed;
        }
        task.slots[free].provider = provider;
        task.runs_open += 1;
        (me.active_runs, me.runs_unclosed) = (me.active_runs + 1, me.runs_unclosed + 1);
        self.chain.put_provider(provider, me);
        // Runs of these tests are to be submitted until `SOON`, whenever they are claimed.
        let claimed = Run { claimed_at: self.now, ..accounts::run(self.keys[3], provider, authority) };
        self.put_task(3, task, &view);
        self.chain.put_run(run, claimed);
    }

    fn release(&self) {
        let (mut task, run) = (self.task(2), self.run(3));
        let slot = task.slot_of(&run.provider).unwrap();
        task.excluded.push(run.provider);
        let view = rules::plan_release(&task.view(), slot, run.claimed_at.into(), self.now.into()).unwrap();
        self.put_task(2, task, &view);
        self.chain.remove(self.keys[3]);
    }

    fn submit(&self) {
        let (task, run) = (self.task(3), self.run(4));
        let slot = task.slot_of(&run.provider).unwrap();
        let root = self.bytes(32);
        let until = run.execute_until.into();
        let view = rules::plan_submit(&task.view(), slot, until, Some(root), self.now.into()).unwrap();
        self.put_shown(task, view, run, root, self.bytes(64));
    }

    fn seal(&self) {
        let (task, run) = (self.task(1), self.run(2));
        let slot = task.slot_of(&run.provider).unwrap();
        let view = rules::plan_seal(&task.view(), slot, run.execute_until.into(), self.now.into()).unwrap();
        self.put_task(1, task, &view);
        self.chain.put_run(self.keys[2], Run { state: RunState::Sealed, seal: self.bytes(32), ..run });
    }

    fn reveal(&self) {
        let (task, run) = (self.task(3), self.run(4));
        let root = self.bytes(0);
        assert_eq!(seal_hash(&self.keys[3], &run.provider, &root, &self.bytes(32)), run.seal, "the seal opens");
        let slot = task.slot_of(&run.provider).unwrap();
        let view = rules::plan_reveal(&task.view(), slot, Some(root), self.now.into()).unwrap();
        self.put_shown(task, view, run, root, self.bytes(64));
    }

    /// A root is public. Windows of these tests end at `SOON`.
    fn put_shown(&self, task: Task, mut view: TaskView<[u8; 32]>, run: Run, root: [u8; 32], output_id: [u8; 32]) {
        if view.challenge_until.slot > 0 {
            (view.audit_until, view.challenge_until) = (accounts::SOON.into(), accounts::SOON.into());
        }
        self.put_task(3, task, &view);
        let shown = accounts::submitted(run.task, run.provider, run.authority);
        let (submitted_at, draw_slot) = (self.now, self.now.slot + 4);
        let draw = Draw::Pending;
        let shown = Run { output_root: root, output_id, seal: run.seal, submitted_at, draw_slot, draw, ..shown };
        self.chain.put_run(self.keys[4], shown);
    }

    fn settle(&self) {
        let (mut task, run) = (self.task(3), self.run(5));
        let slot = task.slot_of(&run.provider).unwrap();
        let pair_shown = task.slots[slot].differing > 1;
        let facts = SettleFacts { pair_shown, ..SettleFacts::default() };
        if let Settlement::Decide { task: view, .. } =
            rules::plan_settle(&task.view(), slot, &facts, self.now.into()).unwrap()
        {
            task.runs_open -= 1;
            self.put_task(3, task, &view);
        }
        self.chain.remove(self.keys[5]);
        if self.task(3).runs_open == 0 {
            self.chain.remove(self.keys[3]);
        }
    }

    fn expire(&self) {
        let run = read(self.chain.run(self.keys[9]));
        let mut task = self.task(3);
        let silent = run.as_ref().map(|run| SilentRun {
            slot: task.slot_of(&run.provider).unwrap(),
            execute_until: run.execute_until.into(),
        });
        let step = rules::plan_expire(&task.view(), silent, self.now.into()).unwrap();
        if let Some(run) = run {
            let free = task.slot_of(&run.provider).unwrap();
            task.runs_open -= 1;
            if step.task.slots[free].state == rules::SlotState::Free {
                task.excluded.push(run.provider);
            }
            self.chain.remove(self.keys[9]);
        }
        if step.is_final() {
            self.chain.remove(self.keys[3]);
        } else {
            self.put_task(3, task, &step.task);
        }
    }

    fn draw(&self) {
        let mut run = self.run(0);
        match read(self.chain.slot_hash(run.draw_slot)) {
            SlotHash::Found(hash) => run.draw = Draw::Hash(hash),
            SlotHash::Expired => (run.draw, run.audit_rate_bps) = (Draw::Expired, 10_000),
            SlotHash::NotYet => panic!("drawn too early"),
        }
        self.chain.put_run(self.keys[0], run);
    }

    fn audit_claim(&self, authority: Pubkey) {
        let (task, mut run) = (self.task(2), self.run(3));
        let mut me = read(self.chain.provider(self.keys[1])).expect("a verifier").data;
        me.stake.free = me.stake.free.checked_sub(task.terms.audit_lock).expect("stake for the audit");
        me.stake.locked += task.terms.audit_lock;
        me.active_audits += 1;
        self.chain.put_provider(self.keys[1], me);
        run.audits_open += 1;
        self.chain.put_run(self.keys[3], run);
        self.chain.put_audit(self.keys[4], accounts::owed_audit(self.keys[3], authority));
    }

    fn audit_post(&self) {
        let (task, mut run) = (self.task(1), self.run(2));
        let mut audit = read(self.chain.audit(self.keys[3])).expect("a claimed audit").data;
        assert_eq!(audit.state, AuditState::Claimed, "answered once");
        let slot = task.slot_of(&run.provider).unwrap();
        let hash = self.bytes(1);
        let root = (self.data[0] == 1).then_some(hash);
        let matching = self.keys[4] != tessera_chain::program::ID;
        let until = audit.answer_until.into();
        let step = rules::plan_audit(&task.view(), slot, until, root, matching, self.now.into()).unwrap();
        let before = task.slots[slot];
        audit.state = match root {
            Some(root) => AuditState::Differs { root },
            None => AuditState::Agreed { keyed_root: hash },
        };
        audit.ordinal = before.agreeing + before.differing;
        audit.posted_at = self.now;
        audit.pick_slot = if root.is_none() { self.now.slot + 4 } else { 0 };
        self.put_task(1, task, &step.task);
        run.reserved[0] = run.reserved[0].wrapping_add(1);
        self.chain.put_run(self.keys[2], run);
        self.chain.put_audit(self.keys[3], audit);
    }

    /// Checks the opening as the program does.
    fn audit_open(&self) {
        let (task, run) = (self.task(1), self.run(2));
        let mut audit = read(self.chain.audit(self.keys[3])).expect("an audit").data;
        let AuditState::Agreed { keyed_root } = audit.state else { panic!("it does not agree") };
        let SlotHash::Found(hash) = read(self.chain.slot_hash(audit.pick_slot)) else { panic!("not picked") };
        let mut rest = Encoded(self.data);
        let keyed = rest.take(0..1)[0] == 1;
        let header = rest.bytes();
        let header = TensorHeader::decode(&header).expect("a header");
        let output_proof = rest.hashes();
        let leaf_hash: [u8; 32] = rest.take(0..32).try_into().unwrap();
        let leaf_proof = rest.hashes();
        let outputs = u64::from(task.terms.output_count);
        let leaf = OutputLeaf {
            outputs,
            output: pick(&hash, 0, outputs).unwrap(),
            header: &header,
            index: pick(&hash, 1, header.leaves()).unwrap_or(0),
            hash: if keyed { keyed_leaf(&audit.verifier, &leaf_hash) } else { leaf_hash },
            leaf_proof: Proof(&leaf_proof),
            output_proof: Proof(&output_proof),
        };
        let expected = if keyed { keyed_root } else { run.output_root };
        assert_eq!(leaf.root::<Hasher>(), Some(expected), "the opening leads to the root");
        *(if keyed { &mut audit.opened.keyed } else { &mut audit.opened.output }) = true;
        self.chain.put_audit(self.keys[3], audit);
    }

    fn commit(&self) {
        let me = read(self.chain.provider(self.keys[1])).expect("a verifier").data;
        let hour = i64::from_le_bytes(self.data[32..40].try_into().unwrap());
        let ticket = TicketChain { head: self.bytes(0), hour };
        self.chain.put_provider(self.keys[1], Provider { ticket, ticket_since: self.now, ..me });
    }
}

/// Borsh, read from the front.
struct Encoded<'a>(&'a [u8]);

impl<'a> Encoded<'a> {
    fn take(&mut self, range: Range<usize>) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(range.end);
        self.0 = rest;
        taken
    }

    fn count(&mut self) -> usize {
        u32::from_le_bytes(self.take(0..4).try_into().unwrap()) as usize
    }

    fn bytes(&mut self) -> Vec<u8> {
        let count = self.count();
        self.take(0..count).to_vec()
    }

    fn hashes(&mut self) -> Vec<[u8; 32]> {
        let count = self.count();
        (0..count).map(|_| self.take(0..32).try_into().unwrap()).collect()
    }
}
