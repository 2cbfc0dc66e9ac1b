# English. Keys are kebab-case, grouped by screen; nb.ftl has the same keys with the same variables.
# tests/it/i18n.rs holds both files and the source together.

## Time
time-now = now
time-today = today
time-tomorrow = tomorrow
time-yesterday = yesterday
time-minutes = { $count } min
time-hours = { $count } h
time-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
time-in-minutes = in { $count } min
time-minutes-ago = { $count } min ago
time-in-hours = in { $count } h
time-hours-ago = { $count } h ago
time-in-days =
    { $count ->
        [one] in { $count } day
       *[other] in { $count } days
    }
time-days-ago =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }

## The states of a link, one or two words
state-queued = queued
state-creating = sending
state-uncertain = uncertain
state-refused = refused
state-open = not opened
state-opened = opened
state-paying = paying
state-on-hold = being checked
state-authorized = reserved
state-captured = paid
state-partially-captured = partly captured
state-declined = declined
state-failed = failed
state-expired = expired
state-cancelled = cancelled
state-voided = released
state-partially-refunded = partly refunded
state-refunded = refunded
state-partially-captured-refunded = part paid, part back
state-unknown = unknown

## What a state means, and what to do next
advice-queued = Saved here. It is sent by itself as soon as there is a connection, while paylink is open.
advice-queued-later = Saved here. It could not be sent yet. It is tried again by itself, while paylink is open.
advice-queued-unwritable = Saved here, and not sent: paylink sends nothing as long as it can't keep what comes of it.
advice-creating = Being sent now.
advice-uncertain = It may have been sent. It is looked up before anything is sent again.
advice-uncertain-anew = Its answers were lost, several times. Nobody has its address: it is made anew by itself, less and less often. s tries now, x gives it up.
advice-refused = The payment service said no. Nothing was sent to the customer. Once the reason is put right, s sends it again.
advice-refused-foreign-message = It was made, and withdrawn. A message with that address may have reached the customer: ask, and tell them not to use it.
advice-refused-foreign = It was made, and withdrawn. Nobody was given that address, and nothing was sent to the customer.
advice-refused-lost = The payment service said no to this try. An earlier one may be with the customer: ask before you make another. paylink looks for it, withdraws it, or tells you when it is paid.
advice-refused-past = The payment service said no to this try. An earlier one was looked for until nobody could pay by it any more.
advice-open = Nobody has opened the link yet.
advice-opened = The customer has looked at it.
advice-paying = The customer is paying. A wallet gives about 10 minutes to approve.
advice-on-hold = The payment provider is checking. Wait before you hand over the goods.
advice-authorized = The money is reserved. Capture it when the goods are handed over.
advice-captured = The customer has paid.
advice-partially-captured = A part of the money is captured.
advice-declined = The customer's payment was declined. Make a new link to try again.
advice-failed = The payment failed. Make a new link to try again.
advice-expired = The time to pay is over. The same sale can be sent again.
advice-cancelled = Withdrawn before it was paid. The same sale can be sent again.
advice-cancelled-lost = Given up, and it may have been made. If the customer has a link, paylink looks for it, withdraws it, or tells you when it is paid. Ask before you sell the same again.
advice-cancelled-past = Given up before it was known whether it was made. It was looked for until nobody could pay by it any more.
advice-voided = The reservation is released. The customer pays nothing.
advice-partially-refunded = A part of the money went back to the customer.
advice-refunded = All the money went back to the customer.
advice-partially-captured-refunded = A part was captured, and a part of that went back.
advice-unknown = The payment service uses a word that paylink doesn't know.

## What happened, in the timeline
event-drafted = Saved
event-created = Link made
event-message-sent = Message sent
event-message-skipped = Message not sent
event-message-failed = Message failed
event-mail-opened = E-mail opened for sending
event-opened = Opened
event-address-given = Address filled in
event-paying = Paying
event-attempt-failed = An attempt failed
event-paying-ended = No longer paying
event-on-hold = Being checked
event-authorized = Reserved
event-captured = Paid
event-partially-captured = Partly captured
event-declined = Declined
event-failed = Failed
event-expired = Expired
event-cancelled = Cancelled
event-voided = Reservation released
event-refunded = Refunded
event-partially-refunded = Partly refunded
event-uncertain = Outcome unknown
event-found = Found: it was made
event-refused = Refused
event-cancel-refused = Not cancelled
event-capture-refused = Not captured
event-void-refused = Not released
event-refund-refused = Not refunded
event-alarm = Alarm
event-alarm-over = Alarm over
event-other = Other news

## Payment methods
method-card = Card
method-invoice = Invoice
method-installment = Instalments
method-other = Other

## What became of a message
delivery-status-pending = waiting
delivery-status-sent = sent
delivery-status-skipped = not sent
delivery-status-failed = failed
delivery-status-none = shown here
delivery-status-unknown = unknown ({ $word })

## When the payment service can't or won't
fault-not-sent = No contact with the payment service. Nothing was done.
fault-maybe = The answer was lost: it may have been carried out. It is looked up before it is tried again.
fault-refused = The payment service said no.
fault-refused-because = The payment service said no: { $reason }
fault-not-found = The payment service doesn't know it.
fault-not-signed-in = Not signed in: the client id or secret is wrong. Run: paylink login
fault-forbidden = The account may not do this. Ask the payment service to open for it.
fault-untrusted = The answer is not to be trusted and was not used.

## What a person must deal with
alarm-double-payment = Paid twice
alarm-replacement-open = Its replacement can still be paid
alarm-replacement-open-named = Paid, and the replacement { $reference } can still be paid
alarm-amount-differs = Another amount was paid
alarm-paid-elsewhere = Paid by the link that was lost
alarm-paid-elsewhere-after = Paid by the link that was lost after its own payment had gone back, and paylink can't move that one: give it back at the payment service
alarm-lost-on-hold = The link that was lost has a payment without an end: ask the payment service

## How long to pay
expiry-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
expiry-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
expiry-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
expiry-weeks =
    { $count ->
        [one] { $count } week
       *[other] { $count } weeks
    }
expiry-months =
    { $count ->
        [one] { $count } month
       *[other] { $count } months
    }
expiry-today = to the end of today
expiry-tomorrow = to the end of tomorrow
expiry-clock = until { $time }

## The fields of an address
address-name = Name
address-street = Street
address-postal-code = Postal code
address-place = Town
address-country = Country

## What is wrong with something typed, beside the field
mistake-empty = Fill this in
mistake-not-a-number = Not a number
mistake-ambiguous = Do you mean { $grouped } or { $decimal }?
mistake-too-fine = At most two decimals
mistake-other-currency = Another currency than the sale's
mistake-too-large = Too large
mistake-too-long = At most { $max } characters
mistake-phone-not-digits = Digits only
mistake-phone-length = A Norwegian number has 8 digits, this has { $count }
mistake-phone-impossible = No such number exists in that country
mistake-email-no-at = There is no @ in it
mistake-email-invalid = Not an e-mail address
mistake-no-description = What is sold?
mistake-zero-quantity = The quantity is 0
mistake-negative-quantity = The quantity is under 0
mistake-fine-quantity = At most three decimals
mistake-huge-quantity = At most { $max }
mistake-zero-price = The price is 0
mistake-negative-price = The price is under 0
mistake-zero-amount = The line comes to 0
mistake-no-lines = Add a product first
mistake-too-many-lines = At most { $max } lines
mistake-vat-range = VAT is from 0 to 100 %
mistake-vat-too-fine = At most two decimals in the rate
mistake-bad-character = A character in it can't be shown
# A sign that may not be there, within a sentence
mistake-sign = “{ $sign }”
mistake-sign-space = a space
mistake-reference-sign = Not { $character }: letters, digits, space and { $signs }
mistake-template-no-counter = {"{"}seq{"}"} is missing
mistake-template-unknown-word = {"{"}{ $word }{"}"} is not known: {"{"}date{"}"}, {"{"}year{"}"}, {"{"}seq{"}"}
mistake-template-character = Not { $character }: only A-Z, 0-9 and hyphen
mistake-not-a-time = Not a time: 15min, 4h, 3d, 2w, 1m, today, 20:00, or a date and time
mistake-past = That time is over
mistake-too-far = At most a year away
mistake-months-or-minutes = { $count } months. Minutes: { $count } min
mistake-address-missing = { $field } is missing
mistake-address-too-long = { $field } is too long
mistake-postal-code = Not a postal code of that country
mistake-country = Two letters: NO, SE, DK …
mistake-country-unknown = No country has that code: NO, SE, DK …
mistake-method = No payment method has that name

## What keys do: footer and help
key-help = keys
key-space = Space
key-quit = quit
key-redraw = draw again
key-try-sandbox = try it now
key-set-up = set up an account
key-next-field = next field
key-previous-field = field before
key-save-account = save and sign in
key-back = back
key-new = new link
key-open = open
key-up = up
key-down = down
key-page-up = page up
key-page-down = page down
key-top = first
key-bottom = last
key-list = all links
key-search = search
key-send-now = send now
key-look-now = check now
key-suspend = to the background
key-toggle = tick
key-all-methods = all
key-next = on
key-remove-line = remove
key-undo = undo
key-clear-draft = start over
key-choose-left = choose
key-choose-right = choose the next
key-make-link = make the link
key-copy = copy
key-email = e-mail
key-qr-full = large QR
key-change = change
key-cancel = cancel
key-drop = drop
key-again = sell again
key-open-page = open in the browser
key-copy-mail = copy mail
key-qr-level = QR against glare
key-qr-drawing = QR in blocks
key-settle = dealt with
key-alarms = needs you
key-play-open = customer opens
key-play-pay = customer pays
key-play-decline = customer declines
key-to-dashboard = start
key-filter = filter
key-show-all = show all
key-yes = yes
key-no = no

## The command line
cli-internal = Something is broken: “{ $what }”
cli-internal-hint = Nothing is lost: what was to be sent is in the outbox. Please report it.
cli-report = The report is { $path }
cli-no-report = No report could be written: { $what }
cli-panic = paylink has stopped because of a mistake in the program. The report is { $path }
cli-panic-no-report = paylink has stopped because of a mistake in the program. No report could be written: { $what }
cli-stdout = Standard output can't be written: { $what }
cli-no-config = Not signed in: there is no config at { $path }
cli-no-config-hint = Run `paylink login`, or try `paylink demo`
cli-no-home-hint = Name the places with --config and --data-dir, or set HOME
cli-given-hint = `paylink config check` tells which profiles there are
cli-config-hint = Correct it in the file; config.example.toml explains every key
cli-reference-used = The reference { $reference } is used by a live or paid link
cli-reference-used-hint = Choose another one, or use --allow-duplicate-reference
cli-data-folder-hint = Choose another folder with --data-dir
cli-newer-hint = Install the newest version of paylink

# What is wrong with the ledger's file or folder, said after its name.
ledger-not-writable = can't be written
ledger-no-permission = can't be used: no permission to write there
ledger-read-only-disk = can't be written: the disk is read-only
ledger-full = can't be written: the disk is full
ledger-not-a-folder = is not a folder
ledger-is-a-folder = is a folder where a file should be
ledger-not-there = is not there
ledger-cant-make = can't be made there
ledger-not-ours = is not a paylink database, or nothing in it can be read
ledger-foreign = is another program's database
ledger-damaged = is damaged
ledger-cant-open = can't be opened
ledger-io = can't be used: the disk reports an error while reading or writing
ledger-locked = has been kept locked by another program for seconds
ledger-in-use = is in use by another paylink
ledger-exists = is there already
ledger-has-more = has { $links } links, far more than the { $fewer } that would be in their place
ledger-system = can't be used: { $what }
# What to do about it.
ledger-do-rights = Give yourself the right to write it, or choose another folder with --data-dir
ledger-do-room = Make room and try again
ledger-do-move = Move it away
ledger-do-name = Check the name
ledger-do-backup = Move it away, or put a backup in its place with `paylink restore FILE`
ledger-do-start = Close every paylink and start it again: it keeps the damaged file and saves what can be read
ledger-do-disk = Save your files elsewhere and have the disk checked
ledger-do-close = Close that program and try again
ledger-do-close-all = Close every other paylink and try again
ledger-do-other-name = Choose another name, or say --force
ledger-trouble = The ledger: “{ $said }”

# Backups, and what happened to a ledger.
backup-more-hint = Name another file, so that both copies are kept. To overwrite this one all the same, say --force twice
backup-is-no-copy = { $file } is there already and is no backup of a paylink ledger: it is not overwritten
backup-is-no-copy-hint = Name another file
backup-of-unwritable = { $why }. Nothing can be kept there now; what stands there is copied
cli-backup-done =
    { $count ->
        [one] Copied { $count } link to { $file }
       *[other] Copied { $count } links to { $file }
    }
cli-restore-what =
    { $count ->
        [one] { $file } has { $count } link, of { $newest }. The ledger in place has { $now }; what it knows since then is kept.
       *[other] { $file } has { $count } links, the newest of { $newest }. The ledger in place has { $now }; what it knows since then is kept.
    }
cli-restore-missing =
    { $count ->
        [one] { $count } of these is not in the backup: { $references }. It goes over.
       *[other] { $count } of these are not in the backup: { $references }. They go over.
    }
cli-restore-lost =
    { $count ->
        [one] { $count } of these is not in the backup, can't be read and would not be followed any more: { $references }.
       *[other] { $count } of these are not in the backup, can't be read and would not be followed any more: { $references }.
    }
cli-restore-carried =
    { $count ->
        [one] { $count } link that was not in it went over from the old ledger: { $references }
       *[other] { $count } links that were not in it went over from the old ledger: { $references }
    }
cli-restore-gone =
    { $missing ->
        [one] { $missing } link of the old ledger was not in the backup, can't be read and is not followed any more: { $references }
       *[other] { $missing } links of the old ledger were not in the backup, can't be read and are not followed any more: { $references }
    }
cli-restore-gone-hint = Their customers may still pay them: look them up at the payment service before you sell the same again
cli-restore-waiting =
    { $count ->
        [one] { $count } request waits in it and would not be sent: { $references }.
       *[other] { $count } requests wait in it and would not be sent: { $references }.
    }
cli-restore-not-sent =
    { $count ->
        [one] { $count } request waited in the old ledger and is not sent now: { $references }
       *[other] { $count } requests waited in the old ledger and are not sent now: { $references }
    }
backup-not-ours = { $file } is no backup of a paylink ledger, or nothing in it can be read
backup-damaged = { $file } is damaged: not all of it can be read
backup-is-the-ledger = { $file } is the ledger itself
backup-is-a-folder = { $file } is a folder, not a backup
backup-not-there = There is no file { $file }
backup-hint = Nothing was replaced. Name another backup
backup-no-folder = There is no folder { $folder }
backup-elsewhere-hint = Make it, or name another place for the backup
cli-restore-newer = The ledger in place is of a newer version of paylink: what it has more than this one knows is not told here, and is kept with it.
cli-restore-ask = Replace it? (yes/no)
cli-restore-word = yes
cli-restore-yes = Use --yes to replace it; the ledger in place is kept under another name
cli-restore-changed = Something came to the ledger in place meanwhile. Nothing was replaced yet.
cli-restore-not = Nothing was replaced
cli-restore-done =
    { $count ->
        [one] Restored { $count } link from { $file }. Links that may have been sent since are looked up before anything is sent.
       *[other] Restored { $count } links from { $file }. Links that may have been sent since are looked up before anything is sent.
    }
cli-restore-unreadable = What was sold can't be read of { $references }: paylink doesn't follow it
cli-restore-kept = The ledger that was in place is kept as { $kept }
cli-rescue-restored = A backup took the ledger's place; the old ledger is kept as { $kept }.
cli-rescue-whole =
    { $saved ->
        [one] The ledger was damaged. All of it was saved: { $saved } link. The damaged file is kept as { $kept }.
       *[other] The ledger was damaged. All of it was saved: { $saved } links. The damaged file is kept as { $kept }.
    }
cli-rescue-gaps =
    { $saved ->
        [one] The ledger was damaged. { $saved } link was saved; something else can't be read, perhaps more links. The damaged file is kept as { $kept }.
       *[other] The ledger was damaged. { $saved } links were saved; something else can't be read, perhaps more links. The damaged file is kept as { $kept }.
    }
cli-rescue-lost =
    { $saved ->
        [one] The ledger was damaged. { $saved } link was saved, { $lost } can't be read. The damaged file is kept as { $kept }.
       *[other] The ledger was damaged. { $saved } links were saved, { $lost } can't be read. The damaged file is kept as { $kept }.
    }
cli-rescue-lost-named =
    { $saved ->
        [one] The ledger was damaged. { $saved } link was saved, { $lost } can't be read: { $references }. The damaged file is kept as { $kept }.
       *[other] The ledger was damaged. { $saved } links were saved, { $lost } can't be read: { $references }. The damaged file is kept as { $kept }.
    }
cli-rescue-money = Capture, void or refund may or may not have been done for { $references }: look at the payment, then ask for it again.
cli-unreachable-hint = Try again when there is a connection; what was to be sent is in the outbox
cli-unknown-hint = `paylink show` and `paylink list` find out; never send the same sale again by hand before that
cli-not-signed-in = Not signed in: there is no client secret, or the client id and secret are not accepted
cli-not-signed-in-hint = Run `paylink login`, or set PAYLINK_CLIENT_SECRET
cli-forbidden-hint = Ask the payment service to open for it; `paylink doctor` tells more
cli-refused-hint = Put right what the reason says, then try again
cli-refused-again-hint = Put right what the reason says, then `paylink outbox send REF` sends the same again
cli-forbidden-again-hint = Ask the payment service to open for it (`paylink doctor` tells more), then `paylink outbox send REF` sends the same again
cli-refused-lost-hint = An earlier try may be with the customer: ask “Have you had a message with a payment link?” before you make another. paylink looks for it; `paylink show REF` tells what it finds
cli-untrusted-hint = Check api_url, checkout_url and link_hosts in the config
cli-foreign-message-hint = A message with that address may have reached the customer: tell them not to use it. Then check api_url, checkout_url and link_hosts in the config
cli-warning = Warning: { $what }
cli-config-good = { $path } is good; profile { $profile }
cli-config-data = Ledger and log: { $path }
cli-item = --item { $position } ({ $item }): { $field }: { $what }
cli-item-hint = An item is DESCRIPTION;QUANTITY;UNIT_PRICE[;VAT_PERCENT], such as 'Vaffel;2;45.00;15'
cli-item-form = three or four fields with ; between them are needed
cli-field-item = item
cli-field-description = description
cli-field-quantity = quantity
cli-field-price = unit price
cli-field-vat = VAT
cli-field-amount = amount
cli-address = --address: { $what }
cli-address-hint = An address is 'Name;Street;Code;Place;NO'
cli-address-form = four or five fields with ; between them are needed
cli-option = { $option } { $given }: { $what }
cli-option-private = { $option }: { $what }
cli-option-hint = `paylink { $command } --help` shows what it may be
cli-method-unknown = --method { $method }: no payment method has that name
cli-method-not-offered = --method { $method } is not one of the methods in the config
cli-method-not-in-profile = --method { $method }: this method is not switched on in the payment profile
cli-method-no-type = --method { $method }: it is not known which type of payment this means for the account
cli-method-profile-hint = `paylink doctor` shows what the profile has; a type such as dintero_psp.vipps can be named in methods
cli-method-hint = Use vipps, card, mobilepay, swish, klarna, applepay, googlepay, clicktopay, invoice, a type such as dintero_psp.vipps, or all
cli-id = id { $id }
cli-id-session = session { $id }
cli-id-transaction = transaction { $id }
cli-label-link = Link
cli-label-to = Delivery
cli-label-methods = Payment
cli-label-made = Made
cli-label-expires = Until
cli-label-capture = Money
cli-label-kept = Refund
cli-label-reason = Reason
cli-label-alarm = Look!
cli-alarm-twice = { $alarm }: `paylink refund { $id }` gives one back, then run `paylink settle { $id }`
cli-alarm-replaced = { $alarm }: `paylink cancel { $other }` withdraws it; if it is to stay, run `paylink settle { $id }`
cli-capture-auto = withdrawn when paid
cli-capture-later = reserved until captured
cli-total = To pay { $amount }, VAT { $vat } of it
cli-address-by-customer = The customer fills in the address
cli-methods-all = All of the account
cli-channel-sms = SMS to
cli-channel-push = Push to
cli-channel-email = E-mail to
cli-channel-link = Shown or copied here
cli-head-reference = Reference
cli-head-state = State
cli-head-amount = Amount
cli-head-made = Made
cli-head-to = To
cli-head-what = What
cli-sandbox-account = account { $account }, client { $client }, secret { $secret }
cli-sandbox-phone = the customer's phone: { $url }/sandbox
cli-sandbox-listen-hint = Choose another address with --listen; port 0 takes a free one
cli-sandbox-data-hint = Choose another file with --data
cli-login-written = { $path } is written
cli-login-done = Signed in as { $account }; the secret is in the system keyring
cli-login-default = paylink starts with profile { $profile } from now on
cli-login-added = Start with it: paylink --profile { $profile }
cli-logout-done = The secret of { $account } is gone from the keyring
cli-logout-nothing = The keyring had no secret of { $account }
cli-logout-hint = There is nothing to forget in it; look at PAYLINK_CLIENT_SECRET and client_secret_command
cli-keyring = The secret is not in the keyring: { $what }
cli-keyring-hint = Without a keyring the secret can come from PAYLINK_CLIENT_SECRET or client_secret_command
cli-login-differs = { $option } differs from the config
cli-login-differs-hint = Change the config, or choose another profile or file with --profile or --config
cli-login-sandbox = This profile is the sandbox: nobody signs in to it
cli-login-sandbox-hint = For an account name a new profile: `paylink login --profile shop`
cli-login-value = { $option }: { $what }
cli-login-hint = `paylink login --help` shows what is needed
cli-login-missing = it is missing, and there is nobody to ask
cli-profile-name = letters, digits, - and _, at most 40
cli-ask-account = Account (T or P and eight digits):
cli-ask-client = Client id:
cli-ask-secret = Client secret (not shown):
cli-ask-return = Where customers land after paying, an https address (empty: the checkout):
cli-no-secret = There is no client secret
cli-no-secret-hint = Type it, or pipe it in with --secret-stdin
cli-write-exists-hint = Look at it with `paylink config check`
cli-write-hint = Choose another place with --config
cli-no-secret-because = Not signed in: { $why }
cli-clock-behind = This machine's clock is { $span } behind the payment service's: times it tells may be wrong
cli-clock-ahead = This machine's clock is { $span } ahead of the payment service's: times it tells may be wrong
cli-gone =
    { $count ->
        [one] The backend does not know this link any more: { $references }. What is known here is shown
       *[other] The backend does not know these { $count } links any more: { $references }. What is known here is shown
    }
cli-waiting =
    { $count ->
        [one] { $count } request waits in the outbox; the next try is due { $when }
       *[other] { $count } requests wait in the outbox; the next try is due { $when }
    }
cli-strange-answer = Not up to date: the backend's answer about { $references } can't be read ({ $why }). What is known here is shown
cli-not-reached = Not up to date: { $why }. What is known here is shown
cli-shown-only = { $why }. Nothing can be kept or sent now; what stands there is shown
cli-no-such-link = There is no link { $ref }
cli-no-such-link-hint = `paylink list` shows them all
cli-near = Similar ones: { $near }
cli-several-links = { $ref } is the name of { $count } links: { $links }
cli-several-links-hint = Name the one you mean by its id
cli-not-mobile = { $phone } is not a mobile number; it may not take messages
cli-expires-months = --expires { $given } is { $count } months: it can be paid until { $moment }. Minutes are { $count }min
cli-queued = { $reference } is not sent yet: it is in the outbox, nothing is lost
cli-queued-because = { $reference } is not sent yet ({ $why }): it is in the outbox, nothing is lost
cli-being-sent = { $reference }: another paylink is sending it just now
cli-being-sent-hint = `paylink show REF` tells what comes of it
cli-queued-hint = It goes out with the next paylink command or the app, once there is a connection
cli-queued-later-hint = The next try is due at { $time }: the app makes it by itself, else the first paylink command after that
cli-kept-back = { $reference } is kept in the outbox and not sent, as --offline says
cli-kept-back-hint = `paylink outbox send REF` sends it, or the next paylink command or the app does
cli-not-allowed-hint = It stays in the outbox and goes out once that is put right; see `paylink doctor`
cli-uncertain = { $reference } may have been sent
cli-uncertain-because = { $reference } may have been sent ({ $why })
cli-decide-hint = Ask the customer: “Have you had a message with a payment link?” If yes, wait; if no, `paylink outbox send REF`, or `paylink outbox drop REF` gives it up
cli-decide-hint-given = Ask the customer: “Have you been given a payment link for this?” If yes, wait; if no, `paylink outbox send REF`, or `paylink outbox drop REF` gives it up
cli-overdue-expired = { $reference } was not sent: its time to be paid is over
cli-overdue-old = { $reference } was not sent: it has waited for a long time, and the customer may have gone
cli-overdue-hint = `paylink outbox send REF` sends it all the same, `paylink outbox drop REF` gives it up
cli-money-not-possible =
    { $kind ->
        [capture] { $reference }: no money can be withdrawn, because the payment is “{ $state }”
        [void] { $reference }: there is no reservation to release, because the payment is “{ $state }”
        [refund] { $reference }: no money can be given back, because the payment is “{ $state }”
       *[other] { $reference } can't be cancelled: it is “{ $state }”
    }
cli-refund-too-much = { $reference }: { $wanted } is more than the { $left } that is kept
cli-capture-too-much = { $reference }: { $wanted } is more than the { $left } that is still reserved
cli-too-much-hint = Nothing was sent. Without --amount it is all that is left
cli-money-failed =
    { $kind ->
        [capture] { $reference }: the payment service tried to withdraw the money, and failed
        [void] { $reference }: the payment service tried to release the reservation, and failed
        [refund] { $reference }: the payment service tried to give the money back, and failed
       *[other] { $reference }: the payment service tried to cancel the link, and failed
    }
cli-money-waiting =
    { $kind ->
        [capture] { $reference }: the money is not withdrawn yet. The request is in the outbox; nothing is lost
        [void] { $reference }: the reservation is not released yet. The request is in the outbox; nothing is lost
        [refund] { $reference }: the money is not given back yet. The request is in the outbox; nothing is lost
       *[other] { $reference }: the link is not cancelled yet. The request is in the outbox; nothing is lost
    }
cli-money-waiting-because =
    { $kind ->
        [capture] { $reference }: the money is not withdrawn yet ({ $why }). The request is in the outbox; nothing is lost
        [void] { $reference }: the reservation is not released yet ({ $why }). The request is in the outbox; nothing is lost
        [refund] { $reference }: the money is not given back yet ({ $why }). The request is in the outbox; nothing is lost
       *[other] { $reference }: the link is not cancelled yet ({ $why }). The request is in the outbox; nothing is lost
    }
cli-money-behind =
    { $kind ->
        [capture] { $reference }: the money is not withdrawn yet: another paylink is doing it just now, or a request before it goes first. The request is in the outbox; nothing is lost
        [void] { $reference }: the reservation is not released yet: another paylink is doing it just now, or a request before it goes first. The request is in the outbox; nothing is lost
        [refund] { $reference }: the money is not given back yet: another paylink is doing it just now, or a request before it goes first. The request is in the outbox; nothing is lost
       *[other] { $reference }: another paylink is cancelling the link just now. The request is in the outbox; nothing is lost
    }
cli-money-waiting-hint = It goes on by itself; `paylink outbox` shows it, `paylink outbox send REF` tries now
cli-money-in-progress =
    { $kind ->
        [capture] { $reference }: the payment service has agreed to withdraw the money, and is still doing it
        [void] { $reference }: the payment service has agreed to release the reservation, and is still doing it
        [refund] { $reference }: the payment service has agreed to give the money back, and is still doing it
       *[other] { $reference }: the payment service has agreed to cancel the link, and is still doing it
    }
cli-money-no-end =
    { $kind ->
        [capture] { $reference }: it is not known whether the money was withdrawn: { $why }
        [void] { $reference }: it is not known whether the reservation was released: { $why }
        [refund] { $reference }: it is not known whether the money was given back: { $why }
       *[other] { $reference }: it is not known whether the link was cancelled: { $why }
    }
cli-money-no-end-hint = Ask the payment service what became of it; `paylink outbox drop REF` stops following it, and it may still be carried out
cli-money-unknown =
    { $kind ->
        [capture] { $reference }: the money may or may not have been withdrawn
        [void] { $reference }: the reservation may or may not have been released
        [refund] { $reference }: the money may or may not have been given back
       *[other] { $reference }: the link may or may not have been cancelled
    }
cli-money-unknown-because =
    { $kind ->
        [capture] { $reference }: the money may or may not have been withdrawn ({ $why })
        [void] { $reference }: the reservation may or may not have been released ({ $why })
        [refund] { $reference }: the money may or may not have been given back ({ $why })
       *[other] { $reference }: the link may or may not have been cancelled ({ $why })
    }
cli-money-unknown-hint = It is being found out and is never repeated blindly; `paylink outbox send REF` looks now
cli-money-not-known = { $reference }: the payment service can't be asked now ({ $why }), so it isn't known whether it was paid. Nothing was sent, and nothing waits to be sent
cli-money-not-known-hint = Once `paylink show REF` is up to date, ask again
cli-money-another = { $reference }: another request about this money is in the outbox already
cli-money-another-hint = `paylink outbox` shows it: send it or drop it first
cli-money-done-before = { $reference }: this was asked for before, and has been carried out. Nothing more was sent; to do it once more, ask again
cli-money-dropped = { $reference }: this order was dropped from the outbox before it was carried out. Nothing was done
cli-money-dropped-hint = To do it all the same, ask again
cli-money-dropped-perhaps = { $reference }: this order was dropped from the outbox, and may still be carried out: the payment service has agreed to it
cli-money-dropped-unreadable = { $reference }: this order was dropped from the outbox. What it asked for can't be read, so it may have been carried out
cli-money-lost = { $reference }: this order is in the outbox no more, and what became of it is not known
cli-money-lost-hint = Nothing was sent again. `paylink show REF` tells how the payment stands; ask again only if that shows it was not done
cli-withdrawn = { $reference } was withdrawn meanwhile
cli-dropped-hint = It was cancelled by another command or in another window. Make it again if it is still wanted
cli-not-paid = { $reference } is not paid: { $state }
cli-time-up = The time is up and { $reference } is not paid: { $state }
cli-not-paid-known = As far as is known, { $reference } is not paid: { $state }
cli-time-up-known = The time is up and, as far as is known, { $reference } is not paid: { $state }
cli-not-paid-hint = `paylink watch REF` goes on
cli-state-unknown = --state { $state }: no link has that state
cli-state-hint = States are { $known }
cli-list-unreadable = What was sold can't be read of { $references }: missing in this list
cli-list-empty = There are no such links
cli-perhaps-sent = { $reference } is kept and may have been sent, but how it went could not be written down: { $why }
cli-perhaps-sent-hint = Don't ask for it again: `paylink show REF` tells how it stands once the ledger can be used
cli-alarm-since = A new alarm came just now and stays: see `paylink show`, clear it up, then run `paylink settle REF`
cli-left-waiting =
    { $count ->
        [one] { $count } request waits. It goes out while paylink is open, or with the next paylink command
       *[other] { $count } requests wait. They go out while paylink is open, or with the next paylink command
    }
cli-undecided =
    { $count ->
        [one] { $count } request waits for your decision
       *[other] { $count } requests wait for your decision
    }
cli-undecided-hint = `paylink outbox` shows what waits and what it asks
cli-alarmed =
    { $count ->
        [one] { $count } link that is not in this list has an alarm: { $references }
       *[other] { $count } links that are not in this list have alarms: { $references }
    }
cli-alarmed-hint = `paylink show REF` tells what happened; once it is dealt with, run `paylink settle REF`
cli-cancel-ended = { $reference } can't be cancelled, because it has ended already: { $state }
cli-cancel-ended-hint = `paylink show REF` tells what happened to it
cli-cancel-money = { $reference } can't be cancelled, because the customer's money is reserved or taken: { $state }
cli-cancel-money-hint = Void or refund the payment instead
cli-cancel-later = { $reference } is not cancelled yet and can still be paid ({ $why })
cli-cancel-perhaps = { $reference } may or may not be cancelled ({ $why })
cli-cancel-later-hint = The cancellation is in the outbox and is tried again by itself
cli-qr-ended = { $reference } can't be paid any more: { $state }
cli-qr-none = { $reference } has no address to show yet: { $state }
cli-qr-none-hint = `paylink outbox send REF` tries to send it now
cli-file = { $path } can't be written: { $what }
cli-file-hint = Choose another file
cli-outbox-create = make the link
cli-outbox-cancel = withdraw the link
cli-outbox-capture = withdraw the money
cli-outbox-void = release the money
cli-outbox-refund = give the money back
cli-outbox-look = look for the lost link
cli-outbox-expired = its time is over: waits for you
cli-outbox-old = has waited for a long time: waits for you
cli-outbox-tries =
    { $count ->
        [one] tried once
       *[other] tried { $count } times
    }
cli-outbox-decide = waits for you
cli-outbox-doubt = may have been carried out, is looked up
cli-send-nothing = Nothing of { $reference } waits to be sent
cli-drop-not = { $reference } is not in the outbox: { $state }
cli-drop-hint = `paylink cancel REF` withdraws a link that was sent
cli-drop-look = { $reference } is { $state }; what waits is the search for a link that was lost, which is not dropped
cli-drop-look-hint = It ends by itself, when that link is found or nobody can pay by it any more
cli-given-up = { $reference } is given up, and may have been made: if the customer has a link, it is looked for and withdrawn, or you are told when it is paid
cli-given-up-hint = Ask the customer before you sell the same again
cli-drop-dropped = { $reference }: dropped from the outbox: { $what }
cli-drop-still = { $reference }: still in the outbox: { $what }
cli-drop-carried-out = { $reference }: this order can't be dropped any more, because it was carried out: { $state }
cli-drop-cancel-perhaps = { $reference }: the cancellation was dropped from the outbox, and may still be carried out

## paylink doctor
doctor-needs-config = needs a config
doctor-needs-secret = needs a client secret
doctor-needs-backend = needs the backend
doctor-needs-credentials = needs good credentials
doctor-secret = found: { $origin }
doctor-secret-file-hint = `paylink login` moves it to the keyring
doctor-keyring-has = works, and has the secret of this profile
doctor-keyring-empty = works, and has no secret of this profile
doctor-reached = { $url } answers
doctor-unreachable-hint = Look at the connection, then at api_url in the config
doctor-signed-in = signed in as { $account }
doctor-clock = within a minute of the backend's
doctor-clock-behind = { $span } behind the backend's
doctor-clock-ahead = { $span } ahead of the backend's
doctor-clock-hint = Set this machine's clock, or let it be set over the network
doctor-profile = { $profile } has { $types }
doctor-profile-lacks = { $method } is in the config, but not in the payment profile
doctor-profile-lacks-hint = Take it out of methods, or have it switched on
doctor-profile-unknown = the payment profile can't be read: { $why }
doctor-profile-unknown-hint = Short names mean Dintero's usual types; name the types themselves in methods if yours differ
doctor-data = { $path } is good
doctor-data-hint = Others on this machine can read it; take their rights away
doctor-unreadable = What was sold can't be read of { $references }: paylink doesn't follow it
doctor-unreadable-hint = Look at it in the backend's own pages, or put a backup in the ledger's place with `paylink restore FILE`
doctor-rescue-hint = The old file is kept: delete it when you are sure that you don't need it
doctor-outbox-empty = nothing waits
doctor-outbox =
    { $count ->
        [one] { $count } request waits to be sent
       *[other] { $count } requests wait to be sent
    }
doctor-outbox-undecided = { $count } in the outbox, of which { $undecided } wait for your decision
doctor-outbox-hint = `paylink outbox` shows them
doctor-alarms-none = none
doctor-alarms-hint = Deal with it, then run `paylink settle REF`
doctor-no-terminal = standard output is no terminal
doctor-terminal = { $columns } x { $rows }, { $colors } colours, { $term }
doctor-terminal-small = The app wants at least 80 x 24
doctor-terminal-dumb = TERM says that this terminal can't draw; the commands work
doctor-terminal-utf8 = The locale is not UTF-8: the QR code and letters like æ may not show
## The mail to the customer
mail-subject = Payment link from { $merchant }: { $amount }
mail-text =
    Hello,

    here is the link to pay { $amount } to { $merchant }:

    { $url }

    Order: { $reference }
    The link works until { $until }.

    Kind regards
    { $merchant }

## The frame of every screen
too-small = The window is too small: { $columns }×{ $rows }. paylink needs { $least_columns }×{ $least_rows }; 80×24 is comfortable.
header-online = online
header-offline = offline
header-sign-in-page = Wi-Fi sign-in?
header-certificate = bad certificate
header-signed-out = not signed in
header-sandbox = SANDBOX
header-unwritable = nothing kept
header-waiting = ↑ { $count } waiting
header-alarms =
    { $count ->
        [one] ! { $count } alarm
       *[other] ! { $count } alarms
    }
step-start = Start
step-payment = Payment
step-products = Products
step-order = Order
step-delivery = Delivery

## Messages at the foot of the screen
toast-copied = Copied.
toast-copied-by-terminal = Handed to the terminal to copy.
toast-mail-opened = The mail program is open with the mail.
toast-no-mail-program = No mail program was found. m copies the mail's text.
toast-mail-copied = The mail's text is copied.
toast-no-browser = No browser was found.
toast-line-removed = Line removed. Ctrl-Z brings it back.
toast-line-back = The line is back.
toast-nothing-to-undo = Nothing to bring back.
toast-paste-too-long = { $lines } lines are too many: nothing was pasted.
toast-too-many-lines = An order can't have more lines.
toast-text-cut = The text was too long: the rest was left out.
toast-not-taken-back = { $reference } is just being sent, so it is not changed. See what comes of it.
toast-went-out = { $reference } went out meanwhile: the customer can pay it
toast-mail-waits = { $reference } is made. Open it to send the mail.
toast-paid = { $reference } is paid!
toast-paid-more = { $reference } and { $more } more are paid!
toast-alarm = { $reference }: { $alarm }! Open it.
toast-ended = { $reference }: { $state }
toast-waited-done =
    { $kind ->
        [capture] { $reference }: the money is captured.
        [void] { $reference }: the reservation is released.
        [refund] { $reference }: the money is given back.
       *[other] { $reference } is cancelled.
    }
toast-cancel-dropped = { $reference }: the cancellation was dropped from the outbox. The link was not cancelled.
toast-waited-also = { $said } Also dropped: { $what }.
toast-waited-busy = { $reference }: this is being sent just now. Try again in a moment.
toast-dropped = Dropped. It does not go out any more.
toast-cancelled = The link is cancelled.
toast-has-money = Not cancelled: money is held or taken.
toast-already-ended = It had ended already.
toast-later-answered = Not done yet. It is tried again by itself.
toast-later-maybe = It is not known yet whether it was done.
toast-later = No contact with the payment service. It is tried again by itself.
toast-message = The message: { $status }
toast-cannot-play = The sandbox says: { $words }
toast-ledger = The ledger { $words }
toast-draft-cleared = Started over.
toast-draft-resumed = Your draft is back. Ctrl-X starts over.
toast-taken-back = { $reference } is in the outbox no more. Enter makes the link as it stands here.
toast-no-address-yet = The link has no address yet.
toast-not-payable = This link can't be paid now, so it is not handed out.
toast-set-up-failed = It didn't work: { $words }
toast-nothing-chosen = There is no link to open.
toast-mend-first = Correct what is marked first.
toast-another-sale = { $reference } was made of this draft meanwhile. Enter sends this one too.
toast-reference-taken = The reference was taken meanwhile: it's another one now.

## Questions
confirm-cancel = Cancel the link { $reference }?
confirm-cancel-means = The customer can't pay with this link any more.
confirm-cancel-paying = The customer is paying just now. If the payment comes first, nothing is cancelled and the money stays.
confirm-cancel-on-hold = The payment is being checked. If it is approved first, nothing is cancelled and the money stays.
confirm-withdraw = Drop { $reference }?
confirm-withdraw-means = It has not been sent. The customer gets nothing.
confirm-give-up = Give { $reference } up?
confirm-give-up-means = It may have been sent. The payment service is asked first, and what is found there is withdrawn.
confirm-send-refused = Send { $reference } once more?
confirm-send-refused-means = It was refused, and the customer has nothing. If you have sold it anew since, there would be two links for it.
confirm-send-late = Send { $reference } now?
confirm-send-late-expired = Its time to be paid was over before it could be sent. It gets the same time from now on.
confirm-send-late-old = It has waited for hours. The customer may have gone, or have paid in another way.
# Something waits to be done with a link that is at the payment service, and would be taken out of the outbox
confirm-drop =
    { $kind ->
        [capture] Drop the capture for { $reference }?
        [void] Drop the release of the money for { $reference }?
        [refund] Drop the refund for { $reference }?
       *[other] Drop the cancellation of { $reference }?
    }
confirm-drop-part =
    { $kind ->
        [refund] Drop the refund of { $amount } for { $reference }?
       *[other] Drop the capture of { $amount } for { $reference }?
    }
confirm-drop-not-sent = It has not been sent. No money is moved by it.
confirm-drop-cancel-not-sent = It has not been sent. The customer can still pay with this link.
confirm-drop-perhaps = It may have been carried out. The payment service is asked first: what was carried out can't be dropped, and what can't be told yet stays in the outbox.
confirm-drop-cancel-perhaps = It may have been sent, and may still be carried out: then the link is cancelled all the same.
confirm-drop-no-end = The payment service agreed to it more than a day ago. It may still be carried out, and is not followed any more.
confirm-drop-unreadable = What it asked for can't be read, so it may have been carried out. Look at the payment afterwards.
# What it means to say yes, and what waits behind it
confirm-drop-also = { $means } Dropped with it: { $what }.
confirm-settle = Is { $reference } dealt with?
confirm-settle-means =
    { $count ->
        [one] Its alarm is shown no more. Say yes when the money is where it belongs.
       *[other] Its { $count } alarms are shown no more. Say yes when the money is where it belongs.
    }
confirm-change-over-draft = Throw the draft away and change this link?
confirm-send-again = Send { $reference } again?
confirm-send-again-means = Ask first: “Have you had a message with a payment link?” If so, the customer gets two and could pay twice.
confirm-send-again-means-given = Ask first: “Have you been given a payment link for this?” If so, the customer gets two and could pay twice.
confirm-clear-draft = Throw the draft away?
confirm-clear-draft-means = What is typed in it is lost.
confirm-clear-waited-means = It waited to be sent and was taken out of the outbox to be changed. Nobody sends it then, and what is typed in it is lost.
confirm-again-over-draft = Throw the draft away and sell this again?

## Tables of links
links-state = State
links-reference = Reference
links-what = What
links-to = To
links-amount = Amount
links-when = When
# What waits to be done with a link, in place of its state
row-waits-cancel = to be cancelled
row-waits-capture = to be captured
row-waits-void = to be released
row-waits-refund = to be refunded
row-doubt-capture = perhaps captured
row-doubt-void = perhaps released
row-doubt-refund = perhaps refunded
row-progress-capture = being captured
row-progress-void = being released
row-progress-refund = being refunded
row-asks-late = late, asks you
row-asks-doubt = uncertain, asks you
row-gone = no longer known
# A part of the money went back
row-returned = { $amount } refunded

## Step 1: start
dashboard-paid = Paid today
dashboard-outstanding = Outstanding
dashboard-links =
    { $count ->
        [one] { $count } link
       *[other] { $count } links
    }
dashboard-reading = Opening your links …
dashboard-empty = No links yet.
dashboard-empty-what = Press n to make the first one.
dashboard-alarms =
    { $count ->
        [one] { $count } link needs you: press !
       *[other] { $count } links need you: press !
    }
dashboard-decisions =
    { $count ->
        [one] { $count } link waits for your decision: press !
       *[other] { $count } links wait for your decision: press !
    }
dashboard-doubts =
    { $count ->
        [one] { $count } request may have been carried out. That is looked up before anything is sent again.
       *[other] { $count } requests may have been carried out. That is looked up before anything is sent again.
    }
dashboard-waiting =
    { $count ->
        [one] { $count } request waits and goes out by itself.
       *[other] { $count } requests wait and go out by themselves.
    }
dashboard-waiting-unwritable =
    { $count ->
        [one] { $count } request waits and is not sent as long as nothing can be kept.
       *[other] { $count } requests wait and are not sent as long as nothing can be kept.
    }
dashboard-next-try = Next try { $time }.
dashboard-progress =
    { $count ->
        [one] { $count } request is in progress at the payment service. Its end is told here.
       *[other] { $count } requests are in progress at the payment service. Their end is told here.
    }
waits-elsewhere =
    { $count ->
        [one] { $count } request waits for { $account }: start `paylink --profile { $profile }`
       *[other] { $count } requests wait for { $account }: start `paylink --profile { $profile }`
    }
waits-elsewhere-unknown =
    { $count ->
        [one] { $count } request waits for { $account }, which is not in the config
       *[other] { $count } requests wait for { $account }, which is not in the config
    }
dashboard-clock-behind = This machine's clock is { $span } behind.
dashboard-clock-ahead = This machine's clock is { $span } ahead.
dashboard-unwritable = Nothing is kept: the ledger { $why }
dashboard-unwritable-do = Once that is mended, start paylink again. Until then links are only shown.
dashboard-rescued =
    { $saved ->
        [one] The ledger was damaged: { $saved } link saved, { $lost } lost. `paylink doctor` tells more.
       *[other] The ledger was damaged: { $saved } links saved, { $lost } lost. `paylink doctor` tells more.
    }
dashboard-rescued-gaps =
    { $saved ->
        [one] The ledger was damaged: { $saved } link saved. `paylink doctor` tells more.
       *[other] The ledger was damaged: { $saved } links saved. `paylink doctor` tells more.
    }
dashboard-draft = A draft waits: n goes on with it.
dashboard-taken-back = Taken back and not sent: { $reference }. n goes on with it.

## Step 2: payment
payment-title = How may the customer pay?
payment-all = All methods
payment-sms = By phone, the link comes as an SMS.
payment-push = By phone, the link comes as a push message in the app instead of an SMS.
mistake-no-method = Tick at least one method

## Step 3: products
products-description = Description
products-quantity = Qty
products-price = Unit price
products-vat = VAT
products-amount = Amount
products-new-line = new line
products-net = Net
products-vat-rate = VAT { $rate }
products-vat-others = Other rates
products-above = ↑ { $count } more
products-below = ↓ { $count } more
products-to-pay = To pay

## Step 4: order
order-reference = Reference
order-reference-note = Shown in the payout report. Empty takes the next number.
order-reference-coming = Being proposed …
order-expiry = Time to pay
order-expiry-day = 1 day
order-expiry-week = 1 week
order-expiry-month = 1 month
order-expiry-minutes = 15 min
order-expiry-today = today
order-expiry-own = other
order-expiry-text = Until
order-expiry-hint = 30 min, 4h, 3d, 2w, 1m (month), 20:00, 2026-12-24 18:00
order-expiry-wrong = Not a time
order-valid-until = Until { $moment } ({ $away })
order-address = Address
order-address-none = none
order-address-express = the customer fills it in
order-address-known = I know it
order-address-express-note = The customer gives name and address while paying.
order-country-note = NO, SE, DK …
order-capture = The money
order-capture-now = is taken at once
order-capture-later = is reserved
order-capture-now-note = The amount is deducted as soon as the customer has paid.
order-capture-later-note = The amount is reserved until you capture it, as when the goods are sent.
mistake-reference-used = Used by another live or paid link

## Step 5: delivery
delivery-by = Send it by
delivery-sms = SMS
delivery-email = e-mail
delivery-link = link or QR only
delivery-phone = Phone
delivery-address = E-mail
delivery-sms-note = The customer gets an SMS with the link.
delivery-push-note = The customer gets a push message in the app.
delivery-email-note = Your mail program opens with the mail, ready to send.
delivery-link-note = The link is copied, and the QR code is shown here.
delivery-products = Products
delivery-methods = Methods
delivery-of-which-vat = of which VAT { $vat }
delivery-submitting = Making the link …
mistake-phone-not-mobile = Not a mobile number: an SMS may not arrive

## The link
link-reading = Reading …
link-more-lines = + { $count } more
link-paid = paid
link-story-above = ↑ earlier
link-story-below = ↓ later
link-next-customer = n takes the next customer.
link-qr-later = The QR code comes when the link is made.
link-busy = …
link-alarm = { $alarm }! Deal with it, then press !
link-alarm-twice = { $alarm }! Give one back: { $command } in another terminal. Then press !
link-alarm-replaced = { $alarm }! Open that link and withdraw it with x. If it is to stay, press ! here
link-decide = Ask the customer: “Have you had a message with a payment link?” If yes, wait. If no, s sends it again.
link-decide-given = Ask the customer: “Have you been given a payment link for this?” If yes, wait. If no, s sends it again.
link-late-expired = Its time to be paid was over before it could be sent. s sends it with a new time, r changes it, x drops it.
link-late-old = It has waited for hours and was not sent. s sends it all the same, r changes it, x drops it.
link-tried =
    { $count ->
        [one] tried once
       *[other] tried { $count } times
    }
link-next-try = next try at { $time }
# Of what may have been carried out: that it is looked up, and when again
link-next-look = looked up again at { $time }
link-untried = not tried yet
link-doubt-capture = The money may have been captured; that is looked up, and nothing is sent twice blindly
link-doubt-void = The money may have been released; that is looked up, and nothing is sent twice blindly
link-doubt-refund = The money may have been given back; that is looked up, and nothing is sent twice blindly
link-waits-cancel = Cancelling waits
link-waits-capture = Capturing the money waits
link-waits-void = Releasing the money waits
link-waits-refund = Giving the money back waits
link-waits-look = A lost link is looked for: it is withdrawn, or you are told when it is paid
# What the payment service has accepted and works on: what · since when · what happens next
link-progress-capture = Capturing the money
link-progress-void = Releasing the money
link-progress-refund = Giving the money back
link-progress-no-end = no end for more than a day: x drops it
waits-progress = in progress at the payment service since { $time }
waits-progress-next = asked again at { $time } how far it is, never sent twice
waits-progress-looked-at = asked at the next look how far it is, never sent twice
waits-progress-no-end = no end for more than a day: `paylink outbox drop REF` gives it up
link-strange = The payment service's answer about this link can't be read: what is shown is what was last known. Look at it in the payment service's own pages.
link-gone = The payment service does not know this link any more: the customer cannot pay it, and nothing new is heard of it. See with `paylink doctor` whether the account is the right one; else make the sale anew.
link-capture = Run: { $command }
link-kept = { $returned } went back, { $kept } is kept
link-message-failed = The message didn't get through. Show the QR code, or copy the link.
link-phone-page = The customer's phone: { $page }
link-play = Play the customer · b browser
link-opened-perhaps = It was opened right after the message went out, perhaps by a program that previews links.
link-play-open = opens
link-play-pay = pays
link-play-decline = declines
link-expires = Expires { $moment } ({ $away })
link-to = To { $to }: { $status }
qr-no-room = Make the window at least { $columns } × { $rows }, or the letters smaller, to show the QR code.
qr-no-blocks = No room for blocks here.
qr-not-strong = No room for the QR against glare here.
event-sms-sent = SMS sent
event-push-sent = Push message sent
event-opened-perhaps = perhaps automatically
event-paying-with = Paying with { $method }
event-times = { $count } times

## All links
list-search = Search
list-loading = Searching …
list-empty = Nothing found.
list-of = { $count } of { $all } links
# What hides links, and the key that shows them.
list-filtered = Filter: { $filter }. { $key } shows all.
list-hidden =
    { $count ->
        [one] { $key } shows the one that is hidden.
       *[other] { $key } shows the { $count } that are hidden.
    }
list-filter-all = all
list-filter-open = open
list-filter-paid = paid
list-filter-ended = ended
list-filter-trouble = need you
list-filter-alarms = alarms

## Help
help-title = All keys
help-everywhere = Everywhere
help-welcome = First start
help-set-up = Account
help-dashboard = 1 Start
help-payment = 2 Payment
help-products = 3 Products
help-order = 4 Order
help-delivery = 5 Delivery
help-link = The link
help-qr-full = QR full screen
help-list = All links
help-help = This page
help-confirm = A question

## First start
welcome-title = Welcome to paylink
welcome-what = Put a sale together, send the customer a link or show a QR code, and see when it is paid. The payment itself is handled by Dintero.
welcome-sandbox = Try it with play money
welcome-sandbox-what = Everything runs on this machine: no account, no network, no real money. An account can be added later: paylink login --profile shop
welcome-account = Set up your Dintero account
welcome-account-what = Have Dintero Backoffice open in the browser: you need the account id and an API client, made under Settings, API clients.
set-up-title = Your Dintero account
set-up-account-id = Account id
set-up-account-id-note = T or P and eight digits, as in Backoffice. T is for testing.
set-up-client-id = Client id
set-up-client-id-note = Backoffice: Settings, API clients, Checkout client
set-up-client-secret = Client secret
set-up-client-secret-note = Shown once, there. Kept in this machine's keyring.
set-up-merchant-name = Shop name
set-up-merchant-name-note = As the customer knows you, in mails and with the code
set-up-return-url = Page after paying
set-up-return-url-note = A page of yours, https://… Empty: Dintero's own
set-up-busy = Signing in …
set-up-no-contact = No contact with Dintero. Look at the connection, then press Enter again.
set-up-not-signed-in = Dintero does not take these. Look at account id, client id and client secret.
set-up-not-kept = The account works and { $config } is written, but this machine could not keep the secret ({ $why }). Start paylink with PAYLINK_CLIENT_SECRET set, or write a client_secret_command in that file.
mistake-account-id = T or P and eight digits
mistake-client-id = Not { $character }: copy the client id as it is in Backoffice
mistake-url = Not an https address
## The app's start
cli-not-a-terminal = The app needs a terminal to draw on
cli-no-terminal = The terminal can't be used: { $why }
cli-no-terminal-hint = Run it in a terminal; for scripts there are `paylink new`, `list`, `show` and `watch`
cli-terminal-lost = The terminal failed while the app was running: { $why }
cli-terminal-lost-hint = What you have sold is kept: start paylink again
cli-no-sandbox-hint = `paylink doctor` tells what is wrong
