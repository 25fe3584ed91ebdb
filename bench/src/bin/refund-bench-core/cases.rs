//! Refunds and what is asked of them, taken from the same market as every other load.

use refund_bench::Fault;
use refund_bench::market::{Market, Wish};
use refund_core::{
    Actor, Command, CommandKind, Grounds, Opened, Opening, Policy, Refund, Rollout, Span, Timestamp, actions, decide,
    evolve, open, replay, settle,
};
use refund_store::{Request, SetUp, Work};

/// How often each comes among the commands of twenty refunds.
pub(crate) const MIX: &[(&str, u8)] = &[
    ("open", 20),
    ("offer", 15),
    ("accept", 8),
    ("reject", 4),
    ("agree", 8),
    ("cancel", 1),
    ("offer and time run out", 3),
    ("offer, refused", 1),
];
/// How many refunds each is measured on.
const REFUNDS: usize = 64;

/// A refund as it is before something is asked of it.
pub(crate) struct Case {
    pub(crate) refund: Refund,
    pub(crate) asked: Asked,
    now: Timestamp,
}

pub(crate) enum Asked {
    Open(Box<Opening>, Actor),
    Command(Box<Command>, Actor),
    /// Nothing: the time alone goes on.
    Time,
}

/// The settings under which everything is decided.
pub(crate) struct Desk {
    policy: Policy,
    seller: Box<refund_store::Seller>,
    start: Timestamp,
}

impl Desk {
    pub(crate) fn new() -> Result<Self, Fault> {
        let request = Market::new(1).sellers()?.pop();
        let Some(Request { work: Work::SetUp(SetUp::PutSeller { seller, .. }), .. }) = request else {
            return Err("the market set up no seller".into());
        };
        Ok(Self { policy: Policy::default(), seller, start: Timestamp::from_millis(1_772_323_200_000)? })
    }

    fn grounds(&self, refund: &Refund) -> Grounds<'_> {
        let rollout = Rollout::everyone().check(&refund.seller_id, self.start);
        let (policy, addresses) = (&self.policy, &self.seller.addresses);
        Grounds { policy, addresses, rollout, refundable: refund.line.paid, is_held: false, notice_leap: 0 }
    }

    /// The cases of one name.
    pub(crate) fn cases(&self, name: &str) -> Result<Vec<Case>, Fault> {
        let mut market = Market::new(100);
        (0..REFUNDS).map(|_| self.case(name, &mut market)).collect()
    }

    fn case(&self, name: &str, market: &mut Market) -> Result<Case, Fault> {
        let (known, request) = market.open()?;
        let Request { actor, work: Work::Open { opening, .. }, .. } = request else {
            return Err("the market opened nothing".into());
        };
        let event = match open(&opening, &[], &self.policy, refund_core::Line::default(), &actor, self.start)? {
            Opened::New(event) => event,
            Opened::Already(_, _) => return Err("a refund was there already".into()),
        };
        let mut case = Case {
            refund: replay(&event).ok_or("nothing was opened")?,
            asked: Asked::Open(opening, actor),
            now: self.start,
        };
        let before: &[Wish] = match name {
            "accept" | "reject" | "offer and time run out" | "offer, refused" => &[Wish::Offer],
            _ => &[],
        };
        let mut asked = |wish, refund: &Refund| -> Result<Asked, Fault> {
            let request = market.ask(&known, wish, refund.version)?;
            let Request { actor, work: Work::Command { command, .. }, .. } = request else {
                return Err("the market asked for no command".into());
            };
            Ok(Asked::Command(Box::new(command), actor))
        };
        for wish in before {
            case.asked = asked(*wish, &case.refund)?;
            case.refund = self.carry_out(&case)?;
        }
        let wish = match name {
            "open" => return Ok(case),
            "offer and time run out" => {
                case.now = self.start.plus(Span::hours(48));
                case.asked = Asked::Time;
                return Ok(case);
            }
            "offer" | "offer, refused" => Wish::Offer,
            "accept" => Wish::Accept,
            "reject" => Wish::Reject,
            "agree" => Wish::Agree,
            "cancel" => Wish::Cancel,
            other => return Err(format!("there is no case {other}").into()),
        };
        case.asked = asked(wish, &case.refund)?;
        Ok(case)
    }

    /// What a store asks of the rules for one command: the refund after it.
    pub(crate) fn carry_out(&self, case: &Case) -> Result<Refund, Fault> {
        if let Asked::Open(opening, actor) = &case.asked {
            let line = refund_core::Line::default();
            let Opened::New(event) = open(opening, &[], &self.policy, line, actor, case.now)? else {
                return Err("a refund was there already".into());
            };
            return Ok(replay(&event).ok_or("nothing was opened")?);
        }
        let grounds = self.grounds(&case.refund);
        let mut refund = case.refund.clone();
        for event in settle(&case.refund, &grounds, case.now) {
            refund = evolve(refund, &event);
        }
        if let Asked::Command(command, actor) = &case.asked {
            for event in decide(&refund, &grounds, actor, command, case.now)? {
                refund = evolve(refund, &event);
            }
        }
        Ok(refund)
    }

    /// What the asking one may do with the refund.
    pub(crate) fn actions(&self, case: &Case) -> Vec<CommandKind> {
        let (Asked::Open(_, actor) | Asked::Command(_, actor)) = &case.asked else { return Vec::new() };
        actions(&case.refund, &self.grounds(&case.refund), actor, case.now)
    }
}
