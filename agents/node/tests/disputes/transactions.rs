//! Moves as transactions.

use tessera_chain::ix::{MAX_TRANSACTION, transaction_size};
use tessera_chain::{DisputeShowArgs, DisputeStepArgs, Outgoing, Pubkey, StepLeaf};
use tessera_node::dispute::{Play, Seat};

fn seat(has_buffer: bool) -> Seat {
    let [mover, dispute, run] = [1, 2, 3].map(|byte| Pubkey::new_from_array([byte; 32]));
    Seat { mover, dispute, run, has_buffer }
}

fn labels(outgoing: &[Outgoing]) -> Vec<&str> {
    outgoing.iter().map(|outgoing| outgoing.label.as_str()).collect()
}

fn assert_fit(outgoing: &[Outgoing]) {
    for outgoing in outgoing {
        let size = transaction_size(&outgoing.instructions, &seat(false).mover);
        assert!(size <= MAX_TRANSACTION, "{}: {size}", outgoing.label);
    }
}

fn step(leaves: usize) -> Play {
    let leaf = StepLeaf { tensor: 1, leaf: 7, bytes: vec![5; 512], proof: vec![[6; 32]; 20] };
    Play::Step(DisputeStepArgs { leaves: vec![leaf; leaves] })
}

#[test]
fn small_moves_share_a_transaction() {
    let show = Play::Show(DisputeShowArgs { bytes: vec![5; 512], proof: vec![[6; 32]; 5] });
    let outgoing = seat(false).transactions(&[Play::Leaf(3), show, Play::Element(70)]);
    assert_eq!(labels(&outgoing), ["dispute_leaf dispute_show dispute_element"]);
    assert_fit(&outgoing);
}

#[test]
fn a_long_payload_goes_through_a_buffer_that_is_closed_with_the_move() {
    let outgoing = seat(false).transactions(&[Play::Element(70), step(4)]);
    let labels = labels(&outgoing);
    assert_eq!(labels.first(), Some(&"dispute_element"));
    assert_eq!(labels.last(), Some(&"dispute_step"));
    assert!(labels[1..labels.len() - 1].iter().all(|label| *label == "buffer_write"), "{labels:?}");
    assert_eq!(outgoing.last().unwrap().instructions.len(), 2);
    assert_fit(&outgoing);
}

#[test]
fn a_buffer_that_was_left_behind_is_closed_first() {
    let outgoing = seat(true).transactions(&[step(2)]);
    let labels = labels(&outgoing);
    assert_eq!(labels[0], "buffer_close");
    assert!(labels[1..labels.len() - 1].iter().all(|label| *label == "buffer_write"), "{labels:?}");
    assert_fit(&outgoing);
}

#[test]
fn moves_of_any_size_fit() {
    for hashes in 0..60 {
        let show = Play::Show(DisputeShowArgs { bytes: vec![5; 512], proof: vec![[6; 32]; hashes] });
        assert_fit(&seat(hashes % 2 == 0).transactions(&[Play::Leaf(3), show, Play::Element(70), step(1)]));
    }
}
