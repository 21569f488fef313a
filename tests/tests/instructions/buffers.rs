use anchor_lang::AnchorSerialize;
use anchor_lang::error::ErrorCode as Anchor;
use tessera::addresses::buffer_address;
use tessera::errors::TesseraError;
use tessera::state::{Buffer, DisputePhase};
use tessera_tests::svm::disputes::{MAP, honest};
use tessera_tests::svm::{DisputeRef, World, wallet};

const LONGEST: usize = Buffer::MAX_BYTES;

fn bytes(args: &impl AnchorSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    args.serialize(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_payload_is_written_in_parts_in_any_order_and_its_rent_comes_back() {
    let mut world = World::default();
    let (by, dispute) = (world.modeller.key, wallet("no dispute yet"));
    let before = world.lamports(&by);
    let payload: Vec<u8> = (0..LONGEST).map(|i| i as u8).collect();
    for (index, part) in payload.chunks(900).enumerate().rev() {
        world.send(world.buffer_write(by, dispute, LONGEST, 900 * index, part));
    }
    let buffer: Buffer = world.read(&buffer_address(&dispute, &by).0);
    assert_eq!((buffer.dispute, buffer.writer, buffer.bytes), (dispute, by, payload));
    assert_eq!(before - world.lamports(&by), world.bank.rent(10_240));
    world.send(world.buffer_close(by, dispute));
    assert_eq!(world.lamports(&by), before);
    world.refuse(Anchor::AccountNotInitialized, world.buffer_close(by, dispute));
}

#[test]
fn it_is_used_again_for_what_fits() {
    let mut world = World::default();
    let (by, dispute) = (world.modeller.key, wallet("no dispute yet"));
    world.send(world.buffer_write(by, dispute, 100, 0, &[1; 100]));
    world.send(world.buffer_write(by, dispute, 3, 1, &[2; 2]));
    assert_eq!(world.read::<Buffer>(&buffer_address(&dispute, &by).0).bytes, [1, 2, 2]);
    world.send(world.buffer_write(by, dispute, 100, 99, &[3]));
    world.refuse(TesseraError::BufferTooSmall, world.buffer_write(by, dispute, 101, 0, &[]));
}

#[test]
fn refuses_lengths_and_parts_beyond_it() {
    let mut world = World::default();
    let (by, dispute) = (world.modeller.key, wallet("no dispute yet"));
    for (length, offset, part) in [
        (0, 0, &[][..]),
        (LONGEST + 1, 0, &[]),
        (usize::MAX, 0, &[]),
        (5, 0, &[0; 6]),
        (5, 5, &[0]),
        (5, usize::MAX, &[0]),
    ] {
        world.refuse(TesseraError::BufferTooSmall, world.buffer_write(by, dispute, length, offset, part));
    }
}

#[test]
fn nobody_writes_or_closes_anothers() {
    let mut world = World::default();
    let (by, other, dispute) = (world.modeller.key, world.cranker.key, wallet("no dispute yet"));
    world.send(world.buffer_write(by, dispute, 5, 0, &[1; 5]));
    let call = world.buffer_write(by, dispute, 5, 0, &[2; 5]).with(|call| call.accounts.writer = other);
    world.refuse(Anchor::ConstraintSeeds, call);
    world.refuse(Anchor::AccountNotSigner, world.buffer_write(by, dispute, 5, 0, &[2; 5]).unsigned_by(by));
    world.refuse(Anchor::AccountNotSigner, world.buffer_close(by, dispute).unsigned_by(by));
    let call = world.buffer_close(by, dispute).with(|call| call.accounts.writer = other);
    world.refuse(TesseraError::WrongWallet, call);
}

fn open_tensors(world: &mut World) -> (tessera_tests::svm::committed::Traced, DisputeRef) {
    let traced = honest();
    let run = world.submitted_trace(&traced);
    let dispute = world.disputed(run, &traced);
    world.play_until(dispute, &traced, MAP, DisputePhase::OpenTensors);
    (traced, dispute)
}

#[test]
fn a_move_reads_its_senders_buffer_and_no_other() {
    let mut world = World::default();
    let (traced, dispute) = open_tensors(&mut world);
    let (provider, stranger) = (dispute.run.provider.authority, world.modeller.key);
    let payload = bytes(&traced.openings(MAP));
    let other = wallet("another dispute");
    for (writer, key) in [(stranger, dispute.key), (provider, other)] {
        world.send(world.buffer_write(writer, key, payload.len(), 0, &payload));
    }
    let from = |world: &World, buffer| {
        world.dispute_tensors(dispute, traced.openings(MAP)).with(|call| {
            (call.accounts.buffer, call.args.args) = (Some(buffer), None);
        })
    };
    let strangers = buffer_address(&dispute.key, &stranger).0;
    for buffer in [strangers, buffer_address(&other, &provider).0, dispute.key, wallet("nothing")] {
        world.refuse(TesseraError::WrongBuffer, from(&world, buffer));
    }
    world.send(from(&world, strangers).with(|call| call.accounts.mover = stranger));
    assert_eq!(world.phase(dispute), DisputePhase::PickLeaf);
}

#[test]
fn a_payload_is_given_once_and_is_exactly_the_moves() {
    let mut world = World::default();
    let (traced, dispute) = open_tensors(&mut world);
    let by = dispute.run.provider.authority;
    let buffer = buffer_address(&dispute.key, &by).0;
    let call = |args: bool, buffered: bool| {
        world.dispute_tensors(dispute, traced.openings(MAP)).with(|call| {
            call.accounts.buffer = buffered.then_some(buffer);
            call.args.args = call.args.args.take().filter(|_| args);
        })
    };
    world.refuse(TesseraError::PayloadMissing, call(false, false));
    let payload = bytes(&traced.openings(MAP));
    let longer = [&payload[..], &[0]].concat();
    for wrong in [&longer[..], &payload[..payload.len() - 1], &[0xff; 40]] {
        world.send(world.buffer_write(by, dispute.key, wrong.len(), 0, wrong));
        world.refuse(
            TesseraError::PayloadMalformed,
            world.dispute_tensors(dispute, traced.openings(MAP)).with(|call| {
                (call.accounts.buffer, call.args.args) = (Some(buffer), None);
            }),
        );
    }
    world.refuse(
        TesseraError::PayloadMissing,
        world.dispute_tensors(dispute, traced.openings(MAP)).with(|call| call.accounts.buffer = Some(buffer)),
    );
}

#[test]
fn what_opens_a_dispute_may_come_from_a_buffer_and_the_writer_closes_it_when_the_dispute_is_gone() {
    let mut world = World::default();
    let traced = honest();
    let run = world.submitted_trace(&traced);
    let (by, payload) = (world.modeller, bytes(&traced.open()));
    let dispute = DisputeRef::of(run, by);
    world.send(world.buffer_write(by.key, dispute.key, payload.len(), 0, &payload));
    let buffer = buffer_address(&dispute.key, &by.key).0;
    world.send(world.dispute_open(run, by, traced.open()).with(|call| {
        (call.accounts.buffer, call.args.args) = (Some(buffer), None);
    }));
    world.play_until(dispute, &traced, MAP, DisputePhase::Over(tessera::state::DisputeVerdict::ProviderWon));
    world.send(world.dispute_settle(dispute));
    assert!(world.is_closed(&dispute.key));
    world.send(world.buffer_close(by.key, dispute.key));
}

#[test]
fn a_stranger_who_sends_lamports_beforehand_blocks_nothing() {
    let mut world = World::default();
    let (by, dispute) = (world.modeller.key, wallet("no dispute yet"));
    world.gift_lamports(buffer_address(&dispute, &by).0, 1);
    world.send(world.buffer_write(by, dispute, 5, 0, &[1; 5]));
}
