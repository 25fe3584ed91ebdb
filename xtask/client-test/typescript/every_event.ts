// Reads every event of a feed, typed: what the contract leaves open is no text and no number, and doesn't compile.
import type { components } from "./refund-engine";

type Event = components["schemas"]["Event"];
type Known = Exclude<Event, components["schemas"]["OtherEvent"]>;
type Terms = components["schemas"]["Terms"];

declare const process: { env: Record<string, string | undefined>; exitCode: number };

const pays = (terms: Terms): string => `${terms.type} ${terms.amount.value}`;

/** What each type of event says, in a word: whichever is missing here doesn't compile either. */
const gist: { [T in Known["type"]]: (event: Extract<Known, { type: T }>) => string } = {
  "refund.opened": ({ data }) => data.reason,
  "refund.modified": ({ data }) => data.amount.value,
  "refund.agreed": ({ data }) => pays(data.effective) + (data.effective.return_address?.recipient ?? ""),
  "refund.refused": ({ data }) => data.reason,
  "refund.return_shipped": ({ data }) => data.carrier + (data.seller_confirms_by ?? ""),
  "refund.receipt_confirmed": ({ data }) => (data.waived ? "waived" : "back"),
  "refund.receipt_refused": ({ data }) => data.buyer_responds_by,
  "refund.escalated": ({ data }) => data.reason ?? "",
  "refund.ruled": ({ data }) => data.decision + (data.effective ? pays(data.effective) : ""),
  "refund.payout_started": ({ data }) => data.amount.value,
  "refund.succeeded": ({ data }) => data.amount.currency,
  "refund.payout_failed": ({ data }) => data.reason ?? "",
  "refund.closed": ({ data }) => data.closed_reason,
  "negotiation.offered": ({ data }) => pays(data.offer) + data.expires_at,
  "negotiation.accepted": ({ data }) => data.negotiation_id,
  "negotiation.rejected": ({ data }) => data.negotiation_id,
  "negotiation.expired": ({ data }) => data.negotiation_id,
  "negotiation.withdrawn": ({ data }) => data.negotiation_id + data.withdrawn_reason,
  "deadline.changed": ({ data }) => data.kind + data.to,
  "deadline.reminder": ({ data }) => data.who + data.deadline_at,
  "message.posted": ({ data }) => data.text,
  "refund.payout_reversed": ({ data }) => data.attempt + (data.reason ?? ""),
  "refund.paid_twice": ({ data }) => data.amount.value + data.attempt,
  "deadline.overdue": ({ data }) => data.who + data.deadline_at,
  "order_line.shipped": ({ order_id }) => order_id,
  "notice.requested": ({ data }) => data.notice_id + data.to,
  "notice.accepted": ({ data }) => data.notice_id + data.channel,
  "notice.failed": ({ data }) => data.notice_id + data.channel,
  "evidence.added": ({ data }) => data.sha256 + data.media_type,
  "evidence.erased": ({ data }) => data.sha256,
  "refund.erased": ({ data }) => data.what.join() + data.reason,
};

function told(event: Event): string {
  const whose = `${event.seller_id} ${event.buyer_id} ${event.order_id} ${event.line_id}`;
  if (!(event.type in gist)) return `${whose}: newer than this client`;
  // Each reads its own type: the compiler can't follow that through a table.
  const say = gist[event.type as Known["type"]] as (event: Event) => string;
  return `${whose}: ${say(event)}`;
}

async function page(after: string): Promise<components["schemas"]["Feed"]> {
  const { BASE_URL, KEY } = process.env;
  const answer = await fetch(`${BASE_URL}/v1/events${after}`, { headers: { Authorization: `Bearer ${KEY}` } });
  return answer.json();
}

const met = new Set<string>();
let feed = await page("");
for (let more = true; more; ) {
  for (const event of feed.items) {
    if (told(event).includes("undefined")) throw new Error(JSON.stringify(event));
    met.add(event.type);
    const newer = { ...event, type: "refund.gone_for_a_walk", data: { leash: "red" } } as unknown as Event;
    if (!told(newer).endsWith("newer than this client")) throw new Error(told(newer));
  }
  more = feed.next_cursor !== null;
  if (more) feed = await page(`?after=${feed.next_cursor}`);
}
const missing = Object.keys(gist).filter((type) => !met.has(type));
if (missing.length > 0 || met.size !== Object.keys(gist).length) throw new Error(`not met: ${missing}`);
console.log(`${met.size} types of events were read in TypeScript`);
export {};
