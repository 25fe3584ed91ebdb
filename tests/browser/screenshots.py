"""Makes the pictures that the README shows: `screenshots.py FOLDER`, beside a fresh demo.

The clock is put forward to a day of its own first, so that only ids differ from one time to the next.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from browse import People, Stage, launch
from demo import BASE, HOUR, Refund, advance, call

FOLDER = Path(sys.argv[1])
DAY = "2031-03-03T01:00:00.000Z"

GOODS = [
    ("不鏽鋼垃圾桶 12 公升", "RETURN_AND_REFUND", "20.00", "收到時桶身有凹痕。"),
    ("竹製托盤", "RETURN_AND_REFUND", "35.00", "有一角破損。"),
    ("亞麻窗簾", "REFUND_ONLY", "128.00", "顏色與圖片不符。"),
    ("玻璃儲物罐", "RETURN_AND_REFUND", "18.50", "蓋子蓋不緊。"),
    ("羊毛毯", "RETURN_AND_REFUND", "260.00", "掉毛嚴重。"),
    ("落地坐墊", "RETURN_AND_REFUND", "75.00", "縫線裂開。"),
    ("鑄鐵鍋", "RETURN_AND_REFUND", "210.00", "比想像中重。"),
]


def opened():
    """A queue in which there is something of everything."""
    call("operator", "POST", "/v1/test-clock/advance", {"to": DAY})
    refunds = []
    for title, kind, amount, reason in GOODS:
        refunds.append(Refund(kind, amount, title, reason))
        advance(HOUR)
    _, tray, curtain, jar, blanket, cushion, pan = refunds
    tray.offer("5.00", message="托盤您留著，退您五元。")
    curtain.offer("128.00", "RETURN_AND_REFUND", "運費險會賠付運費，退回後全額退款。")
    jar.offer("3.00", message="罐子您留著，退您三元。").answer("reject")
    blanket.agree()
    cushion.agree().ship()
    pan.refuse()
    return refunds


def english_and_simplified():
    bin_, jar = (Refund("RETURN_AND_REFUND", "20.00", *words) for words in [
        ("Steel waste bin, 12 litres", "The bin arrived with a dent."), ("不锈钢垃圾桶 12 升", "收到时桶身有凹痕。")])
    jar.says("凹痕在桶底，要拍照片吗？").says("不用了，电话里说好的方案我马上发给您。", "seller")
    jar.offer("2.00", message="垃圾桶您留着，退您两元。")
    return bin_, jar


def review(page, refund):
    page.goto(f"{refund.page}/offer")
    page.get_by_label("Refund only").check()
    page.get_by_label("Amount (CNY)").fill("2.00")
    page.get_by_label("Message to the buyer").fill("Keep it, and take two yuan for the dent.")
    page.get_by_role("button", name="See it as the buyer will").click()
    page.get_by_role("button", name="Send the offer").wait_for()


def keep(page, name):
    """The top of the page: what is seen at once, in less than 150 kB."""
    page.screenshot(path=FOLDER / f"{name}.png", clip={"x": 0, "y": 0, **page.viewport_size, "height": 740})


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        stage = Stage(browser, People(browser))
        refunds = opened()
        page = stage.window("seller", "zh-Hant")
        page.goto(f"{BASE}/refunds")
        keep(page, "queue")
        phone = stage.window(None, "zh-Hant", width=360, device_scale_factor=2)
        phone.goto(refunds[1].link)
        keep(phone, "buyer")
        english, simplified = english_and_simplified()
        page = stage.window("seller", "zh-Hans")
        page.goto(simplified.page)
        keep(page, "refund")
        page = stage.window("seller", "en")
        review(page, english)
        keep(page, "offer")
        stage.close()
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures are in {FOLDER.name}")


if __name__ == "__main__":
    main()
