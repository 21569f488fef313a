//! Moves as transactions: several small ones in one, long payloads through a buffer that is closed with the move that reads it.

use tessera_chain::ix::{self, MAX_TRANSACTION, Payload, transaction_size};
use tessera_chain::program::instructions::{DisputeOpenArgs, DisputePartsArgs};
use tessera_chain::{Instruction, Outgoing, Pubkey};

use super::moves::Play;

/// Who moves, where.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// Signs and pays.
    pub mover: Pubkey,
    /// The dispute.
    pub dispute: Pubkey,
    /// Its run.
    pub run: Pubkey,
    /// Whether an earlier process left a buffer behind.
    pub has_buffer: bool,
}

impl Seat {
    /// The transactions that make these moves, in order.
    pub fn transactions(&self, plays: &[Play]) -> Vec<Outgoing> {
        let mut packer = Packer::new(self);
        for play in plays {
            packer.push(play.label(), self.instruction(play, false), || payload(play), || self.instruction(play, true));
        }
        packer.finish()
    }

    /// The transactions that open a dispute; `open` makes the instruction with its arguments inline or from the buffer.
    pub fn opening(
        &self,
        args: DisputeOpenArgs,
        open: impl Fn(Payload<DisputeOpenArgs>) -> Instruction,
    ) -> Vec<Outgoing> {
        let mut packer = Packer::new(self);
        let bytes = ix::payload_bytes(&args);
        packer.push("dispute_open", open(Payload::Inline(args)), || bytes, || open(Payload::Buffered));
        packer.finish()
    }

    fn instruction(&self, play: &Play, buffered: bool) -> Instruction {
        let Self { mover, dispute, run, .. } = *self;
        match play.clone() {
            Play::Trace(args) => ix::dispute_trace(mover, dispute, run, given(args, buffered)),
            Play::Operation(args) => ix::dispute_operation(mover, dispute, given(args, buffered)),
            Play::Descend(child) => ix::dispute_descend(mover, dispute, child),
            Play::Reveal(args) => ix::dispute_reveal(mover, dispute, given(args, buffered)),
            Play::Tensors(args) => ix::dispute_tensors(mover, dispute, given(args, buffered)),
            Play::Leaf(leaf) => ix::dispute_leaf(mover, dispute, leaf),
            Play::Show(args) => ix::dispute_show(mover, dispute, given(args, buffered)),
            Play::Element(element) => ix::dispute_element(mover, dispute, element),
            Play::Parts(parts) => ix::dispute_parts(mover, dispute, given(DisputePartsArgs { parts }, buffered)),
            Play::Part(part) => ix::dispute_part(mover, dispute, part),
            Play::Step(args) => ix::dispute_step(mover, dispute, given(args, buffered)),
        }
    }
}

fn given<T>(args: T, buffered: bool) -> Payload<T> {
    if buffered { Payload::Buffered } else { Payload::Inline(args) }
}

/// A move's payload as a buffer holds it. Those without one fit a transaction.
fn payload(play: &Play) -> Vec<u8> {
    match play {
        Play::Trace(args) => ix::payload_bytes(args),
        Play::Operation(args) => ix::payload_bytes(args),
        Play::Reveal(args) => ix::payload_bytes(args),
        Play::Tensors(args) => ix::payload_bytes(args),
        Play::Show(args) => ix::payload_bytes(args),
        Play::Parts(parts) => ix::payload_bytes(&DisputePartsArgs { parts: parts.clone() }),
        Play::Step(args) => ix::payload_bytes(args),
        Play::Descend(_) | Play::Leaf(_) | Play::Element(_) | Play::Part(_) => Vec::new(),
    }
}

/// Puts instructions into as few transactions as they fit, in order.
struct Packer<'a> {
    seat: &'a Seat,
    has_buffer: bool,
    done: Vec<Outgoing>,
    labels: Vec<&'static str>,
    open: Vec<Instruction>,
}

impl<'a> Packer<'a> {
    fn new(seat: &'a Seat) -> Self {
        Self { seat, has_buffer: seat.has_buffer, done: Vec::new(), labels: Vec::new(), open: Vec::new() }
    }

    fn push(
        &mut self,
        label: &'static str,
        inline: Instruction,
        payload: impl FnOnce() -> Vec<u8>,
        buffered: impl FnOnce() -> Instruction,
    ) {
        if self.fits(std::slice::from_ref(&inline)) {
            self.add(label, [inline]);
            return;
        }
        self.flush();
        if self.fits(std::slice::from_ref(&inline)) {
            self.add(label, [inline]);
            return;
        }
        let Seat { mover, dispute, .. } = *self.seat;
        if self.has_buffer {
            // It may be too small.
            self.add("buffer_close", [ix::buffer_close(mover, dispute)]);
            self.flush();
        }
        for write in ix::buffer_writes(mover, dispute, &payload()) {
            self.add("buffer_write", [write]);
            self.flush();
        }
        // What the move has read is not needed again.
        self.add(label, [buffered(), ix::buffer_close(mover, dispute)]);
        self.has_buffer = false;
    }

    fn fits(&self, more: &[Instruction]) -> bool {
        transaction_size(&[&self.open[..], more].concat(), &self.seat.mover) <= MAX_TRANSACTION
    }

    fn add(&mut self, label: &'static str, instructions: impl IntoIterator<Item = Instruction>) {
        self.labels.push(label);
        self.open.extend(instructions);
    }

    fn flush(&mut self) {
        if !self.open.is_empty() {
            self.done.push(Outgoing::new(self.labels.join(" "), std::mem::take(&mut self.open)));
            self.labels.clear();
        }
    }

    fn finish(mut self) -> Vec<Outgoing> {
        self.flush();
        self.done
    }
}
