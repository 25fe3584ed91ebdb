# The frame of every page, and what is said in many places.
brand = After-sales
skip = Skip to the content
nav-label = Places
nav-refunds = Refunds
nav-people = People
sign-in = Sign in
sign-out = Sign out
preferences = Language and display · 中文
preferences-language = Language
preferences-theme = Appearance
preferences-zone = Time zone
theme-auto = As the device
theme-light = Light
theme-dark = Dark
save = Save
back = Back
back-to-queue = Back to the list
any = Any
yes = Yes
no = No
footer = Times are shown in your time zone.
rule = rule { $rule }
possible-from = Possible from
announce-changed = The page has been brought up to date.
notice-changed = Something has changed meanwhile.
notice-changed-show = Show it
notice-lost = The connection is lost: what you see may be old. It is being tried again.
typed-again = You were signed out while you typed. What you typed is here again, and nothing was done with it.
typed-too-often = That was asked for very often in a short time, so nothing was done. It is possible again from { $at }; what you typed is here.
addresses-moved = The return addresses have changed since this was shown, so nothing was done. Look at it again.
notice-moved = Somebody was faster: the refund has changed since this page was made, so nothing was done. Below is how it stands now.
notice-moved-by = What has happened since: { $what }.
notice-too-often = That was changed very often in a short time, so nothing was done. It is possible again from { $at }; what was typed stands below.
who-by-system = { $role } (system)
clock-label = The demo's clock
clock-now = Demo clock:
clock-hour = +1 hour
clock-next = To the next deadline
clock-36h = +36 hours

# How a reader of the language writes amounts, times and lengths of time.
money =
    { $currency ->
        [CNY] CN¥{ $value }
        [EUR] €{ $value }
        [GBP] £{ $value }
        [HKD] HK${ $value }
        [JPY] JP¥{ $value }
        [TWD] NT${ $value }
        [USD] ${ $value }
       *[other] { $currency } { $value }
    }
instant =
    { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[other] Dec
    } { $year }, { $time } ({ $zone })
day =
    { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[other] Dec
    }
left-none = now
span-under-a-minute = under a minute
span-minutes = { $minutes } min
span-hours = { $hours } h
span-hours-minutes = { $hours } h { $minutes } min
span-days =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
span-days-hours =
    { $days ->
        [one] { $days } day { $hours } h
       *[other] { $days } days { $hours } h
    }

# What can be wrong with a form.
mistake-needed = this is needed.
mistake-too-long = at most { $max } characters are taken.
mistake-too-many-files = at most { $max } files are taken.
mistake-control = it holds characters that can't be shown.
mistake-choose = choose one.
mistake-at-sign = leave out the @; it is put behind the name by itself.
mistake-hidden = leave out signs that can't be seen or that turn the writing, and any @ but the plain one.
mistake-of-seller = what stands behind the @ is the id of a seller of whom they are not.
mistake-amount = an amount such as 12.50 is expected.
mistake-amount-either = { $one } or { $other }? Write it without a comma.
mistake-amount-zeros = { $one } begins with zeros that say nothing. Write { $other }.
mistake-amount-beside-close = leave it empty where nothing is to be paid.
mistake-decimals =
    { $max ->
        [0] no decimals are taken in this currency.
       *[other] at most { $max } decimals are taken in this currency.
    }
mistake-password = A password has { $min } to { $max } characters.
mistake-password-guessable = This password is guessed soon: it is a common one, a pattern, or has your name in it. Three or four words that have nothing to do with each other are a good one.

# When something goes wrong.
trouble-home = To the start
trouble-again = To the page, again
trouble-not-found-title = Nothing here
trouble-not-found = There is no such page, or it is not yours to see.
trouble-link-title = This link opens nothing any more
trouble-link = It has ended, or was replaced by another. Ask the shop where you bought for a new one.
trouble-forged-title = Please open the page again
trouble-forged = The form did not come from a page that is still valid, so nothing was done. Open the page again and send it from there.
trouble-not-your-role-title = This is for another role
trouble-not-your-role = Your role doesn't do this, so nothing was done. If it is part of your work, ask an owner among your people for the role that does.
trouble-too-often-title = One moment, please
trouble-too-often = That was asked for too often in a short time. Nothing was done; try again in a minute.
trouble-too-often-until = That was asked for too often in a short time. Nothing was done; it is possible again from { $at }.
trouble-unsure-title = It is not known whether that was done
trouble-unsure = The disk took too long to answer. Open the refund again in a moment: it shows whether it was done. Don't send the form again before you have looked.
trouble-held-title = Nothing is decided at the moment
trouble-held = After an outage the operator looks through what fell due first. Nothing was done; try again later.
trouble-too-large-title = That is too much
trouble-too-large = The form holds more than can be taken. Nothing was done.
trouble-busy-title = Not possible right now
trouble-busy = The server can't do this at the moment. Nothing was done; try again in a little while.
trouble-other-title = That can't be done
trouble-other = Nothing was done. If you come here again, tell the operator the word below.
