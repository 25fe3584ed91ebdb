//! The rules in a line each, for the documents and for whoever names one.

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id: `S` for what the tool's description says, `R` for what it leaves open.
    pub id: &'static str,
    /// What it says.
    pub says: &'static str,
    /// Where it is told, if no story can tell it.
    pub told_elsewhere: Option<&'static str>,
}

const fn rule(id: &'static str, says: &'static str) -> Rule {
    Rule { id, says, told_elsewhere: None }
}

const fn elsewhere(id: &'static str, says: &'static str, told: &'static str) -> Rule {
    Rule { id, says, told_elsewhere: Some(told) }
}

/// Every rule there is, in order.
pub const RULES: &[Rule] = &[
    rule("S1", "Negotiation is not for fresh food."),
    rule("S2", "It needs a refund that a buyer has opened, and changes its type, its amount, or both."),
    rule("S3", "The two main uses: a small refund in place of a return, and a return in place of a refund alone."),
    rule("S4", "An offered return says where the goods go; freight insurance is why a seller offers one."),
    rule("S5", "A refund has one negotiation at the most, for ever."),
    rule("S6", "An open offer leaves the refund waiting for the seller, and the seller's deadline where it is."),
    rule("S7", "The seller may agree or refuse all the same, which withdraws the offer."),
    rule("S8", "A yes makes the offered terms the refund's own and agrees it at once."),
    rule("S9", "After a no, or no answer, the refund is as before and the seller has to decide."),
    rule("S10", "36 hours for the buyer to answer, 36 hours for the seller to decide."),
    rule(
        "S11",
        "A seller who lets the deadline pass has agreed to what was asked; a return is still paid only afterwards.",
    ),
    rule("S12", "The buyer sees whether something is to be sent back and how much is paid, and says yes or no."),
    rule("S13", "The tool opens to sellers in batches; whoever is not in yet is told so."),
    rule("S14", "The two sides talk first; the offer records what they agreed on."),
    rule("R1", "An offer ends 36 hours after it was made or with the seller's deadline, whichever is earlier."),
    rule("R2", "Before the instant counts; at the instant it is too late."),
    rule("R3", "What is due happens first, at its own instant, and only then a command is decided."),
    rule("R4", "The seller's deadline with an open offer expires the offer and agrees the refund, in one step."),
    rule("R5", "Instants are UTC to the millisecond, lengths of time are seconds, and every length is policy."),
    rule("R6", "A running deadline can be moved, to later only: any by the operator, the time to ship by the seller."),
    rule("R7", "Whoever is due is reminded some time before the deadline."),
    rule("R8", "An offer is made only while the refund waits for the seller's decision."),
    rule("R9", "Making the offer spends the chance, however it ends; another refund on the line has its own."),
    rule("R10", "An amount is above zero and at most what is left on the line, or at most what was asked, by policy."),
    rule("R11", "An offer changes the type or the amount; another address is no change."),
    rule("R12", "Only shipped goods can come back; an offered return copies one of the seller's addresses."),
    rule("R13", "Type and amount are always given; the offer may say that it was agreed before, and carry a message."),
    rule("R14", "Fresh goods: no offers, or only those without a return, or any, by policy."),
    rule("R15", "A yes or no names the offer that it answers."),
    rule("R16", "Taking an offer back by hand is off unless the policy allows it, and the chance stays spent."),
    rule("R17", "A policy may want an offer to have been made, and to have ended, before the seller refuses."),
    rule("R18", "What may be offered, and what stands against it, is answered before anything is tried."),
    rule("R19", "A changed request withdraws the offer and starts the seller's clock anew; the chance stays spent."),
    rule("R20", "The buyer may cancel until the money is on its way."),
    rule("R21", "An agreed refund alone is paid; an agreed return waits for the goods at an address."),
    rule("R22", "A refusal has a reason; the buyer has 5 days to change the request or to call the operator in."),
    rule("R23", "A yes to a refund alone pays it; a yes to a return agrees the return and pays nothing yet."),
    rule("R24", "The return: 7 days to ship, 10 days to confirm; waived, refused and corrected on the way."),
    rule("R25", "Once the operator is called in no clock runs; the operator rules, or a side gives in."),
    rule("R26", "Paid at once or once the payment adapter has reported, by policy; one payout, whose success stands."),
    rule(
        "R27",
        "One refund in progress per line, the same one for the same terms; never more money back than was paid.",
    ),
    rule("R28", "Whole minor units of one currency; too many decimals are refused, never rounded."),
    rule("R29", "A seller has exactly one default address, and without a seller that is set up there is no refund."),
    rule("R30", "Every command has an actor of the right role, and on a refund of their own."),
    rule("R31", "Of two commands that race one is carried out, and the other is told what it lost to."),
    rule("R32", "Where several rules refuse, the answer is the first in one fixed order."),
    rule("R33", "A refusal changes nothing, names its rule, and says when waiting will help."),
    rule("R34", "New settings come after what was due under the old, and touch no running deadline and no offer."),
    elsewhere("R35", "The engine's time never goes back.", "tests/tests/clocks.rs"),
    elsewhere(
        "R36",
        "Nobody loses time to an outage: what was settled late runs from then on.",
        "tests/tests/clocks.rs",
    ),
    rule("R37", "In or out: denied, allowed, in an open batch, or by the hash of the seller's id, in that order."),
];
