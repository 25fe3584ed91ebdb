//! A marketplace that makes requests: many sellers, a buyer and an order for each refund.

use data_encoding::BASE32HEX_NOPAD;
use fastrand::Rng;
use refund_core::{
    Actor, Address, AddressBook, AddressId, BuyerId, Category, Command, Currency, Label, LineId, MailContacts,
    MakeOffer, Money, NamedFiles, NegotiationId, OfferMessage, Opening, OrderId, OrderLine, PolicyOverrides, Reason,
    References, RefundId, RefundType, Role, SellerId, Via,
};
use refund_store::{IdempotencyKey, Precondition, Request, Seller, SetUp, Work};

use crate::Fault;

/// The key of the platform's back end, which speaks for every buyer.
const PLATFORM_KEY: &str = "key_m5qaz3kd7v2xhw4t";
/// What every line has cost, in cents.
const PAID: i64 = 12_900;

/// How a refund goes on, and how often of twenty.
const STORIES: &[(u64, &[Wish])] = &[
    (8, &[Wish::Offer, Wish::Accept]),
    (4, &[Wish::Offer, Wish::Reject, Wish::Agree]),
    (4, &[Wish::Agree]),
    (3, &[Wish::Offer]),
    (1, &[Wish::Cancel]),
];

/// Where refunds are opened and negotiated. The same calls make the same requests.
pub struct Market {
    sellers: u64,
    opened: u64,
    random: Rng,
}

/// A refund as far as requests need it.
#[derive(Debug, Clone)]
pub struct Known {
    number: u64,
    refund_id: RefundId,
    seller: u64,
    buyer_id: BuyerId,
}

/// What is wanted of a refund that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The seller offers a part of the money.
    Offer,
    /// The buyer accepts that.
    Accept,
    /// The buyer rejects it.
    Reject,
    /// The seller agrees to what the buyer asks for.
    Agree,
    /// The buyer gives up.
    Cancel,
}

impl Market {
    /// A market with so many sellers and no refunds.
    #[must_use]
    pub fn new(sellers: u64) -> Self {
        Self { sellers, opened: 0, random: Rng::with_seed(7) }
    }

    /// How many refunds have been opened.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.opened
    }

    /// Sets every seller up.
    ///
    /// # Errors
    /// None in practice, here and below: all ids and texts are well formed.
    pub fn sellers(&self) -> Result<Vec<Request>, Fault> {
        (0..self.sellers).map(put_seller).collect()
    }

    /// Opens one more refund, on an order and by a buyer of its own.
    ///
    /// # Errors
    /// None in practice.
    pub fn open(&mut self) -> Result<(Known, Request), Fault> {
        let number = self.opened;
        self.opened = number.saturating_add(1);
        let seller = self.random.u64(0..self.sellers);
        let refund = Known {
            number,
            refund_id: RefundId::new(self.refund_id())?,
            seller,
            buyer_id: BuyerId::new(format!("buyer-{:010}", number.wrapping_mul(7_919) % 9_999_999_967))?,
        };
        let opening = Opening {
            refund_id: refund.refund_id.clone(),
            seller_id: seller_id(seller)?,
            buyer_id: refund.buyer_id.clone(),
            line: OrderLine {
                order_id: OrderId::new(format!("4120{:014}", number.saturating_mul(13)))?,
                line_id: LineId::new("1")?,
                title: Label::new("Steel waste bin, 30 litres")?,
                category: Category::General,
                paid: money(PAID)?,
                shipped: true,
                freight_insurance: number.is_multiple_of(3),
                image_url: None,
            },
            request: refund_core::Request {
                kind: RefundType::RefundOnly,
                amount: money(self.random.i64(1_000..PAID))?,
                reason: Reason::new("The lid does not close, and there is a dent in the side")?.into(),
            },
            references: References::default(),
            buyer_contact: None,
        };
        let request = Request::new(refund.buyer(), Work::open(opening));
        let request = self.asked(request, &refund, PLATFORM_KEY.to_owned());
        Ok((refund, request))
    }

    /// Asks for something on a refund that has that version.
    ///
    /// # Errors
    /// None in practice.
    pub fn ask(&mut self, refund: &Known, wish: Wish, version: u64) -> Result<Request, Fault> {
        let negotiation_id = || NegotiationId::new(refund.refund_id.as_str().replacen("rfd_", "neg_", 1));
        let command = match wish {
            Wish::Offer => Command::MakeOffer(MakeOffer {
                negotiation_id: negotiation_id()?,
                kind: RefundType::RefundOnly,
                amount: money(self.random.i64(100..1_000))?,
                return_address_id: None,
                message: Some(OfferMessage::new("Keep the bin, and have this back for the dent")?),
                agreed_offline: false,
                files: NamedFiles::default(),
            }),
            Wish::Accept => Command::AcceptOffer { negotiation_id: negotiation_id()? },
            Wish::Reject => Command::RejectOffer { negotiation_id: negotiation_id()? },
            Wish::Agree => Command::Agree { return_address_id: None },
            Wish::Cancel => Command::Cancel { reason: None },
        };
        let (actor, key, precondition) = match wish {
            Wish::Offer | Wish::Agree => (refund.seller()?, seller_key(refund.seller), Precondition::Version(version)),
            Wish::Accept | Wish::Reject | Wish::Cancel => (refund.buyer(), PLATFORM_KEY.to_owned(), Precondition::None),
        };
        let work = Work::Command { refund_id: refund.refund_id.clone(), command };
        Ok(self.asked(Request { precondition, ..Request::new(actor, work) }, refund, key))
    }

    /// The request under a key of its own, seen by whoever asks.
    fn asked(&mut self, request: Request, refund: &Known, caller: String) -> Request {
        let seller = refund.seller().ok().filter(|_| caller != PLATFORM_KEY);
        let viewers = seller.map_or_else(|| vec![refund.buyer(), platform()], |seller| vec![seller]);
        let key = IdempotencyKey { caller, key: format!("{:032x}", self.random.u128(..)) };
        let mut fingerprint = [0; 32];
        self.random.fill(&mut fingerprint);
        Request { idempotency: Some((key, fingerprint)), viewers, ..request }
    }

    /// As a server makes them: the time first, here a millisecond for four refunds; the rest random.
    fn refund_id(&mut self) -> String {
        let millis = 1_772_323_200_000_u64.saturating_add(self.opened / 4).to_be_bytes();
        let mut bytes = [0; 15];
        self.random.fill(&mut bytes);
        for (byte, time) in bytes.iter_mut().zip(millis.iter().skip(2)) {
            *byte = *time;
        }
        format!("rfd_{}", BASE32HEX_NOPAD.encode(&bytes).to_lowercase())
    }
}

impl Known {
    /// The how-manieth refund of all it is.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    fn buyer(&self) -> Actor {
        Actor::new(Role::Buyer, self.buyer_id.as_str(), Via::Key(PLATFORM_KEY.to_owned()))
    }

    fn seller(&self) -> Result<Actor, Fault> {
        let via = Via::Key(seller_key(self.seller));
        Ok(Actor::new(Role::Seller, seller_id(self.seller)?.as_str(), via))
    }
}

/// What is asked of a refund after it has been opened.
#[must_use]
pub fn wishes(refund: u64) -> &'static [Wish] {
    let mut of_twenty = refund.wrapping_mul(7) % 20;
    for (share, wishes) in STORIES {
        if of_twenty < *share {
            return wishes;
        }
        of_twenty = of_twenty.saturating_sub(*share);
    }
    &[Wish::Offer]
}

fn platform() -> Actor {
    Actor::new(Role::Platform, PLATFORM_KEY, Via::Key(PLATFORM_KEY.to_owned()))
}

fn seller_key(seller: u64) -> String {
    format!("key_seller{seller:010}")
}

/// The id of a seller, counted from zero.
///
/// # Errors
/// None in practice: it is an id.
pub fn seller_id(seller: u64) -> Result<SellerId, Fault> {
    Ok(SellerId::new(format!("seller-{seller:05}"))?)
}

fn money(minor: i64) -> Result<Money, Fault> {
    Ok(Money::new(minor, Currency::from_code("CNY")?)?)
}

fn put_seller(number: u64) -> Result<Request, Fault> {
    let address = Address {
        id: AddressId::new("warehouse")?,
        recipient: Label::new("Returns desk")?,
        phone: Label::new("+86 10 0000 0000")?,
        address: Reason::new("1 Harbour Road, Building 4, Ningbo")?,
    };
    let addresses = AddressBook::new(vec![(address, true)])?;
    let name = Label::new(format!("Shop number {number}"))?;
    let (policy, contacts) = (PolicyOverrides::default(), MailContacts::default());
    let seller = Box::new(Seller { name, addresses, policy, contacts });
    let actor = Actor::new(Role::Operator, "operator", Via::User("ann".to_owned()));
    Ok(Request::new(actor, SetUp::PutSeller { seller_id: seller_id(number)?, seller }))
}
