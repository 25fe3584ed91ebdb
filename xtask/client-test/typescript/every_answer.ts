// Reads every event of a feed, a list, a refund and a problem, with what @hey-api/openapi-ts generates and nothing else:
// of a server of today, where none may be unknown, or of tomorrow, where some have to be.
import { client } from "./client/client.gen";
import { getRefund, listEvents, listRefunds } from "./client/sdk.gen";
import type { Event, Terms } from "./client/types.gen";

declare const process: { env: Record<string, string | undefined>; exitCode: number };

const pays = (terms: Terms): string => `${terms.type} ${terms.amount.value}`;

/** What an event says, in a word; nothing where its type is newer than this client. */
function gist(event: Event): string | boolean | null | undefined {
  switch (event.type) {
    case "refund.opened": return event.data.reason;
    case "refund.modified": return event.data.amount.value;
    case "refund.agreed": return pays(event.data.effective);
    case "refund.refused": return event.data.reason;
    case "refund.return_shipped": return event.data.carrier;
    case "refund.receipt_confirmed": return event.data.waived;
    case "refund.receipt_refused": return event.data.buyer_responds_by;
    case "refund.escalated": return event.data.reason ?? "";
    case "refund.ruled": return event.data.decision;
    case "refund.payout_started": return event.data.amount.value;
    case "refund.succeeded": return event.data.amount.currency;
    case "refund.payout_failed": return event.data.reason ?? "";
    case "refund.closed": return event.data.closed_reason;
    case "negotiation.offered": return pays(event.data.offer) + event.data.expires_at;
    case "negotiation.accepted": return event.data.negotiation_id;
    case "negotiation.rejected": return event.data.negotiation_id;
    case "negotiation.expired": return event.data.negotiation_id;
    case "negotiation.withdrawn": return event.data.withdrawn_reason;
    case "deadline.changed": return event.data.to;
    case "deadline.reminder": return event.data.who;
    case "message.posted": return event.data.text;
    case "refund.payout_reversed": return event.data.reason ?? "";
    case "refund.paid_twice": return event.data.amount.value;
    case "deadline.overdue": return event.data.who;
    case "order_line.shipped": return event.order_id;
    case "notice.requested": return event.data.notice_id;
    case "notice.accepted": return event.data.notice_id;
    case "notice.failed": return event.data.notice_id;
    case "evidence.added": return event.data.sha256;
    case "evidence.erased": return event.data.sha256;
    case "refund.erased": return event.data.reason;
    default: return undefined;
  }
}

async function check(name: string, what: () => Promise<string>): Promise<void> {
  try {
    console.log(`${name}: ${await what()}`);
  } catch (error) {
    console.log(`${name}: FAILED: ${error}`);
    process.exitCode = 1;
  }
}

async function events(): Promise<string> {
  const met = new Set<string>();
  let others = 0;
  for (let after: string | undefined; ; ) {
    const { data } = await listEvents({ query: { after }, throwOnError: true });
    for (const event of data.items) {
      const said = gist(event);
      if (said === undefined) others++;
      else met.add(event.type);
    }
    if (data.next_cursor === null) break;
    after = data.next_cursor;
  }
  const said = `${met.size} types, ${others} events of others`;
  if (others > 0 !== (process.env.TOMORROW !== undefined)) throw new Error(said);
  return said;
}

async function main(): Promise<void> {
  client.setConfig({ baseUrl: process.env.BASE_URL, auth: process.env.KEY });
  await check("events", events);
  await check("refund", async () => {
    const page = await listRefunds({ throwOnError: true });
    const due = page.data.items.find((one) => one.deadlines.length > 0);
    const { data } = await getRefund({ path: { id: due?.id ?? "" }, throwOnError: true });
    const [deadline] = data.deadlines;
    return `${data.status} ${data.actions} ${deadline?.kind} ${deadline?.at}`;
  });
  await check("problem", async () => {
    const { error } = await getRefund({ path: { id: "rfd_none" } });
    if (error === undefined) throw new Error("no problem");
    return `${error.code} ${error.remedy}`;
  });
}

void main();
