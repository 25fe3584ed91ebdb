//! The rules in a line each. Whatever names a rule, in code, answers or documents, means one of these.

/// Writes the rules from one table: id, what it says.
macro_rules! rules {
    ($($id:ident = $name:literal, $says:literal;)+) => {
        crate::names::names! {
            /// A rule of refund negotiation, by its id: `S` for what the tool's description says, `R` for
            /// what it leaves open.
            Rule { $(#[doc = $says] $id = $name,)+ }
        }

        impl Rule {
            /// What it says, in a sentence.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$id => $says),+ }
            }
        }
    };
}

rules! {
    S1 = "S1", "Negotiation is not for fresh food.";
    S2 = "S2", "It needs a refund that a buyer has opened, and changes its type, its amount, or both.";
    S3 = "S3", "The two main uses: a small refund in place of a return, and a return in place of a refund alone.";
    S4 = "S4", "An offered return says where the goods go; freight insurance is why a seller offers one.";
    S5 = "S5", "A refund has one negotiation at the most, for ever.";
    S6 = "S6", "An open offer leaves the refund waiting for the seller, and the seller's deadline where it is.";
    S7 = "S7", "The seller may agree or refuse all the same, which withdraws the offer.";
    S8 = "S8", "A yes makes the offered terms the refund's own and agrees it at once.";
    S9 = "S9", "After a no, or no answer, the refund is as before and the seller has to decide.";
    S10 = "S10", "36 hours for the buyer to answer, 36 hours for the seller to decide.";
    S11 = "S11",
        "A seller who lets the deadline pass has agreed to what was asked; a return is still paid only afterwards.";
    S12 = "S12", "The buyer sees whether something is to be sent back and how much is paid, and says yes or no.";
    S13 = "S13", "The tool opens to sellers in batches; whoever is not in yet is told so.";
    S14 = "S14", "The two sides talk first; the offer records what they agreed on.";
    R1 = "R1", "An offer ends 36 hours after it was made or with the seller's deadline, whichever is earlier.";
    R2 = "R2", "Before the instant counts; at the instant it is too late.";
    R3 = "R3", "What is due happens first, at its own instant, and only then a command is decided.";
    R4 = "R4", "The seller's deadline with an open offer expires the offer and agrees the refund, in one step.";
    R5 = "R5", "Instants are UTC to the millisecond, lengths of time are seconds, and every length is policy.";
    R6 = "R6", "A running deadline can be moved, to later only: any by the operator, the time to ship by the seller.";
    R7 = "R7", "Whoever is due is reminded some time before the deadline.";
    R8 = "R8", "An offer is made only while the refund waits for the seller's decision.";
    R9 = "R9", "Making the offer spends the chance, however it ends; another refund on the line has its own.";
    R10 = "R10", "An amount is above zero and at most what is left on the line, or at most what was asked, by policy.";
    R11 = "R11", "An offer changes the type or the amount; another address is no change.";
    R12 = "R12", "Only shipped goods can come back; an offered return copies one of the seller's addresses.";
    R13 = "R13", "Type and amount are always given; the offer may say that it was agreed before, and carry a message.";
    R14 = "R14", "Fresh goods: no offers, or only those without a return, or any, by policy.";
    R15 = "R15", "A yes or no names the offer that it answers.";
    R16 = "R16", "Taking an offer back by hand is off unless the policy allows it, and the chance stays spent.";
    R17 = "R17", "A policy may want an offer to have been made, and to have ended, before the seller refuses.";
    R18 = "R18", "What may be offered, and what stands against it, is answered before anything is tried.";
    R19 = "R19", "A changed request withdraws the offer and starts the seller's clock anew; the chance stays spent.";
    R20 = "R20", "The buyer may cancel until the money is on its way.";
    R21 = "R21", "An agreed refund alone is paid; an agreed return waits for the goods at an address.";
    R22 = "R22", "A refusal has a reason; the buyer has 5 days to change the request or to call the operator in.";
    R23 = "R23", "A yes to a refund alone pays it; a yes to a return agrees the return and pays nothing yet.";
    R24 = "R24", "The return: 7 days to ship, 10 days to confirm; waived, refused and corrected on the way.";
    R25 = "R25", "Once the operator is called in no party's clock runs; the operator rules, or a side gives in.";
    R26 = "R26", "Paid at once or once the payment adapter has reported, by policy; one payout, whose success stands.";
    R27 = "R27",
        "One refund in progress per line, the same one for the same terms; never more money back than was paid.";
    R28 = "R28", "Whole minor units of one currency; too many decimals are refused, never rounded.";
    R29 = "R29", "A seller has exactly one default address, and without a seller that is set up there is no refund.";
    R30 = "R30", "Every command has an actor of the right role, and on a refund of their own.";
    R31 = "R31", "Of two commands that race one is carried out, and the other is told what it lost to.";
    R32 = "R32", "Where several rules refuse, the answer is the first in one fixed order.";
    R33 = "R33", "A refusal changes nothing, names its rule, and says when waiting will help.";
    R34 = "R34", "New settings come after what was due under the old, and touch no running deadline and no offer.";
    R35 = "R35", "The engine's time never goes back.";
    R36 = "R36", "Nobody loses time to an outage: what was settled late runs from then on.";
    R37 = "R37", "In or out: denied, allowed, in an open batch, or by the hash of the seller's id, in that order.";
    R38 = "R38", "Nothing waits unseen: the operator and the payout have deadlines too, which decide nothing and are told.";
    R39 = "R39", "A payout has numbered attempts, one open at a time, each with a key of its own; any success wins.";
    R40 = "R40", "The platform may tell that the line was shipped meanwhile, once, and never the other way.";
    R41 = "R41", "Whom something concerns is told of it by a notice, and what became of the notice is an event.";
    R42 = "R42", "Where the policy says so, a party's deadline that no accepted notice named in time moves once before it acts.";
    R43 = "R43", "Files that show something are added by a side, named by what it says, and can be erased; that they were stays.";
    R44 = "R44", "Where a policy lists reasons one of them is named, beside the words; a request's decides nothing by itself.";
    R45 = "R45", "Terms are checked before they are offered; a saved offer comes to an exact amount, rounded down.";
    R46 = "R46", "A person's data can be erased once the refund is over or the law asks; that it was, amounts and times stay.";
}
