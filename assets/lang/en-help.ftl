# English: the help, and what is wrong with a command line or a config. A file of its own, which is read when one of its
# texts is needed first: the start doesn't wait for it.
# A command, option, value or placeholder of src/cli/args.rs finds its words by its name (src/cli/help.rs).

## The frame of the help
usage-word = Usage
usage-commands = Commands
usage-arguments = Arguments
usage-options = Options
usage-global = Options of every command
usage-some-options = [OPTIONS]
usage-command = COMMAND
usage-default = [default: { $value }]
usage-values = [one of: { $values }]
usage-after =
    Without a command the terminal app opens. `paylink demo` tries it without an account.
    Exit status: 0 done, 1 internal error, 2 command line, 3 input or config, 4 not signed in, 5 not sent yet (kept in the outbox), 6 refused, 7 outcome unknown, 8 --wait without payment.

## Commands
command-paylink = Take a payment by link from a laptop
command-demo = The app against a sandbox with throw-away data: no account, no config, no network
command-sandbox = The Dintero-compatible sandbox server alone
command-new = Make a payment link and deliver it
command-list = Show all links, newest first
command-show = Show a link with its story
command-watch = Follow a link until it is settled; Ctrl-C ends it sooner
command-qr = Draw a link's QR code
command-cancel = Withdraw a link before it is paid
command-capture = Withdraw reserved money
command-void = Release reserved money
command-refund = Give money back
command-settle = Say that a link's alarms are dealt with
command-outbox = See, send or drop what waits to be sent
command-outbox-list = Show what waits (as without a command)
command-outbox-send = Send it now, also where you have to decide: the first request is taken as lost
command-outbox-drop = Never send it
command-products = Show the product list, take it from a spreadsheet's file, or write it into one
command-products-list = Show the product list
command-products-import = Put the products of a CSV file in the list's place: all of them, or none if anything is wrong
command-products-export = Write the product list into a CSV file for a spreadsheet; without products, one to fill in
command-login = Check the API client and keep its secret in the system keyring
command-logout = Forget the client secret
command-config = See where the config is, check it, or show it
command-config-path = Where the config is, and the folder of ledger and log
command-config-check = Whether the config is right
command-config-show = What is in force, from file, environment and defaults; never a secret
command-doctor = Check config, keyring, payment service, sign-in, clock, data and terminal
command-backup = Copy the whole ledger into a file, also while the app runs
command-restore = Put a backup in the ledger's place, after reading it through; the ledger in place is kept
command-completions = Print the completions for a shell
command-help = Show this help, or that of a command

## Options of every command
option-config = The config file [env: PAYLINK_CONFIG]
option-data-dir = The folder of ledger and logs [env: PAYLINK_DATA_DIR]
option-profile = The profile of the config to use [env: PAYLINK_PROFILE]
option-lang = The language: en or nb [env: PAYLINK_LANG]
option-json = Print JSON on standard output, and errors as JSON on standard error
option-no-color = No colours [env: NO_COLOR]
option-verbose = Write more to the log (twice for all); RUST_LOG is an alternative
option-help = Show the help
option-version = Show the version

## Options and arguments of the commands
option-lan = Make the customer's page reachable from phones on this network
option-listen = The address and port to listen on; port 0 takes a free one
option-sandbox-data = Keep the sandbox's data in this file
option-items = A product line, DESCRIPTION;QUANTITY;UNIT_PRICE[;VAT_PERCENT]; can be repeated
option-methods = A payment method (vipps, card, …, or a type such as dintero_psp.vipps), or all; can be repeated
option-new-reference = The order reference; left out, the next one is made
option-allow-duplicate-reference = Take the reference even if a live or paid link has it
option-expires = How long it can be paid: 15min, 4h, 1d, 1w, 1m (a calendar month), today, or a date and time
option-auto-capture = Withdraw the money when the customer pays
option-no-auto-capture = Reserve the money until it is captured
option-express = The customer fills in the address (Checkout Express)
option-address = The customer's address, 'Name;Street;Code;Place;NO'
option-sms = Send it to this phone
option-email = It goes to this e-mail address (you send the mail)
option-link = Just make the link (the default)
option-new-offline = Send nothing now: keep it in the outbox
option-wait = Wait for the payment, at most so many seconds
option-search = Only links with these words in reference, description, phone, e-mail, name or id, or with this amount
option-states = Only links in this state, in the word that the list shows or that of --json; can be repeated
option-limit = At most so many; 0 for all
option-offline = Ask nobody: what is known here
option-reference = Reference, link id, session id or transaction id
option-capture-amount = A part of it; left out, all that is reserved
option-refund-amount = A part of it; left out, all that was withdrawn
option-reason = Why, for your own records at the payment service
option-png = Write a PNG picture (- for standard output)
option-svg = Write an SVG picture (- for standard output)
option-level = Error correction: how much of the code may be unreadable
option-file = The backup
option-force = Overwrite the file if it is there; said twice, also one with far more links than the ledger has
option-products-import-file = The CSV file (- for standard input); its first line names the columns
option-products-export-file = The file to write (- for standard output)
option-products-export-force = Overwrite the file if it is there
option-dry-run = Only say what would change
option-yes = Replace the ledger without asking
option-account-id = The account, T or P and eight digits
option-client-id = The API client
option-secret-stdin = Read the client secret from standard input
option-profile-id = The Dintero payment profile, for a first config
option-return-url = Where the customer lands after paying, for a first config
option-merchant-name = Your name as customers know it, for a first config
option-api-url = The API's address, for a first config
option-checkout-url = The checkout's address, for a first config
option-shell = The shell

## Values
value-level-l = 7 %, the smallest code
value-level-m = 15 %
value-level-q = 25 %, for glare

## What stands for a value
placeholder-file = FILE
placeholder-dir = FOLDER
placeholder-name = NAME
placeholder-code = CODE
placeholder-address-port = ADDRESS:PORT
placeholder-item = ITEM
placeholder-method = METHOD
placeholder-text = TEXT
placeholder-time = TIME
placeholder-address = ADDRESS
placeholder-phone = PHONE
placeholder-seconds = SECONDS
placeholder-state = STATE
placeholder-number = NUMBER
placeholder-amount = AMOUNT
placeholder-ref = REF
placeholder-level = LEVEL
placeholder-id = ID
placeholder-url = URL
placeholder-shell = SHELL

## What is wrong with a command line
usage-unknown-option = `{ $command }` has no option { $option }
usage-unknown-word = `{ $command }` does not know what { $word } is for
usage-unknown-command = `{ $command }` has no command { $word }
usage-no-command = `{ $command }` needs one of the commands { $known }
usage-missing = `{ $command }` needs { $what }
usage-no-value = { $option } needs a value
usage-takes-no-value = { $option } takes no value
usage-not-one-of = { $option }: { $value } is not one of { $known }
usage-not-a-number = { $option }: { $value } is not a whole number
usage-not-a-place = { $option }: { $value } is not an address with a port, such as 127.0.0.1:8080
usage-not-taken = { $option }: { $value } is not a value that it takes
usage-conflict = { $option } and { $other } exclude each other
usage-twice = { $option } can be given only once
usage-not-text = A word on the command line is not UTF-8 text
usage-wrong = The command line is wrong
usage-near = Did you mean { $near }? See `{ $command } --help`
usage-hint = See `{ $command } --help`
mistake-language = { $place }: the language { $code } is not known; known are en and nb

## What is wrong with a config
config-at-key = { $file }, line { $line }: { $key }: { $what }
config-at-line = { $file }, line { $line }: { $what }
config-in-file = { $file }: { $what }
config-no-home = There is no home folder (HOME is not set): say where with { $option }
config-not-there = there is no such file
config-unreadable = can't be read: { $what }
config-not-a-file = is not a file
config-too-large = is too large to be a config file
config-not-text = is not UTF-8 text
config-not-toml = is not valid TOML: look for a quote, a bracket or a = that is missing or too many
config-not-quoted = texts must be in quotes
config-duplicate = the key stands here twice
config-no-profile = has no [profiles.NAME]: add one, or run `paylink login`
config-no-default = default_profile is missing: say which of { $known } is meant, there or with --profile
config-missing = { $key } is missing
config-missing-variable = { $key } is missing: add it, or set { $variable }
config-open-secret = a secret in the file is taken only when nobody else can read the file: chmod 600, or move the secret to the keyring with `paylink login`
config-not-a-key = is not a key of the config; known here are { $known }
config-not-a-key-near = is not a key of the config; did you mean { $near }?
config-want-text = must be a text in quotes
config-want-switch = must be true or false
config-want-list = must be a list in [ ]
config-want-table = must be a table
config-want-other = is of the wrong type
config-profile-name = a profile's name is letters, digits, - and _, at most 40
config-no-account = is missing: the account, such as T12345678
config-account-id = must be T (test) or P (production) and eight digits, such as T12345678
config-empty = is empty
config-not-an-id = must be plain letters, digits and signs without spaces
config-too-long = is over { $max } characters
config-not-an-address = is not an address
config-not-https = must begin with https://
config-http-elsewhere = must begin with https:// (http:// is for this machine alone)
config-no-host = names no host
config-name-in-address = must not have a name or password in it
config-query-in-address = must not have ? or # in it
config-not-one-of = "{ $given }" is not one of { $known }
config-not-a-host = "{ $given }" is not a host (pay.example.com or pay.example.com:8443, without https:// and path)
config-no-methods = is an empty list: leave the key out for all methods
config-not-a-method = "{ $given }" is not a payment method: a short name (vipps, card, mobilepay, swish, klarna, applepay, googlepay, clicktopay, invoice, installment) or a type such as dintero_psp.vipps
config-twice = { $method } is in the list twice
config-not-offered = { $method } is not one of this profile's methods
config-fixed-time = a fixed time can't be the default: 1d, 1w, 1m, 15min, 4h or today
config-not-percent = must be a number of percent, such as 25 or 11.11
config-no-program = names no program: ["pass", "dintero"]
config-not-a-secret = must be a text that is not empty
config-no-profiles = no profile is called so (there is none)
config-no-such-profile = no profile is called so; there are { $known }
config-no-return-url = profiles.{ $profile }.return_url is not set: customers land at { $url } after paying
config-secret-in-file = profiles.{ $profile }.client_secret stands in the file in plain text: `paylink login` moves it to the keyring
config-exists = { $path } exists already and is left as it is

## What the operating system says
system-not-found = there is no such file or program
system-no-permission = no permission
system-exists = it exists already
system-not-a-folder = is not a folder
system-is-a-folder = is a folder
system-full = the disk is full
system-read-only = the disk is read-only
system-address-in-use = the address is in use
system-address-not-here = the address is not this machine's
system-refused = nobody answers there
system-no-answer = no answer in time
system-no-network = no network

## Why there is no secret
keyring-not-built = this paylink was built without a keyring
keyring-absent = this machine has no system keyring that paylink can use
keyring-locked = the system keyring is locked: unlock it and try again
keyring-no-answer = the system keyring does not answer; is it waiting to be unlocked?
keyring-bad-entry = the entry in the system keyring can't be used ({ $why })
keyring-bad-not-text = it is not text
keyring-bad-damaged = it is damaged
keyring-bad-several = there are { $count }
secret-command-empty = client_secret_command is empty
secret-command-not-started = client_secret_command: { $program } could not be started: { $why }
secret-command-too-slow = client_secret_command: { $program } took longer than { $seconds } s
secret-command-failed = client_secret_command: { $program } failed
secret-command-no-secret = client_secret_command: { $program } printed no secret
no-secret-keyring = no client secret: { $why }
no-secret-nowhere = no client secret in environment, command, keyring or file
secret-origin-environment = in the environment
secret-origin-command = by client_secret_command
secret-origin-keyring = in the keyring
secret-origin-file = in the config file

## The sandbox
sandbox-read = The sandbox's data file { $place } can't be read: { $what }
sandbox-parse = { $path } is not a sandbox's data file
sandbox-write = The sandbox's data file { $place } can't be written: { $what }
sandbox-listen = Can't listen on { $place }: { $what }
sandbox-no-lan = This machine has no address on a local network: connect it, or leave out --lan
sandbox-address = The sandbox's address can't be used

## What doctor looks at
doctor-name-config = config
doctor-name-secret = secret
doctor-name-keyring = keyring
doctor-name-backend = service
doctor-name-credentials = sign-in
doctor-name-clock = clock
doctor-name-profile = profile
doctor-name-data = data
doctor-name-ledger = ledger
doctor-name-outbox = outbox
doctor-name-alarms = alarms
doctor-name-terminal = terminal
doctor-mode = { $path }: mode { $mode }

## The rest
cli-newer = { $path } was written by a newer paylink (format { $found }, this one knows { $known })
qr-too-long = The address is too long for a QR code

## Why a request failed, in parentheses or after a colon
cause-theirs = “{ $words }”
cause-refused-here = Refused: { $reason }
cause-signing-in = signing in: { $what }
cause-reading-profile = reading the payment profile: { $what }
cause-no-connection = no connection
cause-cut = the connection was cut
cause-broke-off = the answer broke off
cause-certificate = its certificate is no good: { $why }
cause-no-answer = no answer within { $seconds } s
cause-too-large = the answer is larger than { $size } MiB
cause-unsendable = the request can't be made: { $why }
cause-no-client = the HTTP client could not be made: { $why }
cause-elsewhere = the backend sends us to another address: are api_url and checkout_url right?
cause-unreadable = the answer can't be read: { $why }
cause-not-an-id = { $id } is not an id of the backend
cause-not-sent = not sent: { $why }
cause-untrusted = the backend's link is not trusted: { $why }
cause-only-https = only https is spoken, and http to this machine
cause-asked-to-wait = the backend asked us to wait before signing in again
cause-no-secret = there is no client secret
cause-secret-command = client_secret_command gave no secret
cause-keyring = the keyring can't be used
cause-secret-empty = the client secret is empty
cause-secret-unread = the client secret could not be read
cause-secret-unsendable = the client id or secret can't be sent
cause-link-withdrawn = the backend answered with a link to a foreign address; it was withdrawn
cause-unfit-withdrawn = the backend answered with an address that can't be given to anybody; it was withdrawn
cause-no-time-left = there was no time left to send it
cause-could-not-send = it could not be sent
cause-outcome-unknown = the outcome is not known yet
cause-being-sent = it is being sent just now
cause-not-closed-yet = the backend has not closed the link yet
cause-paid-meanwhile = it was paid while it was being withdrawn
cause-paid-before = it was paid before it could be withdrawn
cause-not-possible-now = the payment was no longer in a state for it, or there was less money than that
cause-no-end-yet = the payment service accepted it more than a day ago and has not carried it out
cause-order-unreadable = what was asked for can't be read in the ledger; see whether it was done, then ask again
cause-too-many-to-search = so many links have this reference that the one looked for may be among them
network-reset = the other side ended it
network-closed = the other side closed it too early
network-no-such-name = there is no such host, or nobody to ask for it
network-too-slow = it took too long
network-not-tls = what answers there does not speak TLS
certificate-expired = it has expired; is this computer's clock right?
certificate-not-yet = it is not valid yet; is this computer's clock right?
certificate-unknown-issuer = nobody known vouches for it; is there a sign-in page for this network, or a wrong address?
certificate-other-name = it is somebody else's; is there a sign-in page for this network, or a wrong address?
unreadable-not-json = it is not JSON
unreadable-not-a-list = it is not a list
unreadable-no-token = there is no token in it
unreadable-no-id = there is no id in it
unreadable-no-link = there is no link in it
unreadable-not-the-session = it is not the session
unreadable-not-the-transaction = it is not the transaction
unreadable-not-a-profile = it is not a payment profile
unsent-no-method = no payment method is chosen
unsent-not-in-profile = the payment profile { $profile } has no { $method } switched on
unsent-no-type = it is not known which type { $method } stands for: name the type in the config
unsent-sum = the sum is too large
unsent-number = a number can't be sent exactly
bad-link-too-long = it is longer than 2,000 characters
bad-link-character = there is a character in it that may not be there
bad-link-not-an-address = it is not an address
bad-link-not-https = it is not https
bad-link-user-info = there is a user name in it
bad-link-foreign-host = its host does not belong to the backend (see link_hosts in the config)

## The product list and its file
goods-column-number = number
goods-column-description = description
goods-column-price = price
goods-column-vat = VAT
goods-column-currency = currency
goods-stdin = standard input
goods-none = There are no products
goods-none-hint = `paylink products import FILE` takes them from a spreadsheet's CSV file, and `paylink products export FILE` writes one to fill in
goods-imported =
    { $count ->
        [one] { $count } product in the list: { $new } new, { $changed } changed, { $gone } gone
       *[other] { $count } products in the list: { $new } new, { $changed } changed, { $gone } gone
    }
goods-would =
    { $count ->
        [one] { $count } product would be in the list: { $new } new, { $changed } changed, { $gone } gone. Nothing was changed
       *[other] { $count } products would be in the list: { $new } new, { $changed } changed, { $gone } gone. Nothing was changed
    }
goods-exported =
    { $count ->
        [one] Wrote { $count } product to { $file }
       *[other] Wrote { $count } products to { $file }
    }
goods-usual-vat =
    { $count ->
        [one] Where the file says no VAT it is { $rate }: { $count } product
       *[other] Where the file says no VAT it is { $rate }: { $count } products
    }
goods-unread = Columns that are not read: { $names }
goods-file-unread = { $path } can't be read: { $what }
goods-too-large = larger than { $max } MB, and no product list
goods-not-text = not a text file
goods-no-column = the first line names no column for the { $column }
goods-without-vat = the price in the column { $name } is without VAT
goods-two-columns = two columns could be the { $column }: { $one } and { $other }
goods-open-quote = line { $line }: a quotation mark has no end
goods-nothing = there are no products in it
goods-too-many = more than { $max } products
goods-mistakes = { $count } mistakes
goods-mistakes-more = { $count } mistakes, { $more } of them not shown
goods-at = line { $line }, { $column }: { $what }
goods-at-line = line { $line }: { $what }
goods-fraction = Under 1 %: write 25 for 25 %, or a percent sign behind it
goods-perhaps-ore = Decimals of the price? Put a price with a comma in quotation marks, or write 29.90
goods-perhaps-amount = An amount or a rate? Name the column VAT %, or write a percent sign behind it
goods-same = The same product as on line { $line }
goods-cells = { $found } cells, and the first line names { $known }: put a text or price that has the separator in it in quotation marks
goods-text-hint = Nothing was changed. Save it as CSV in the spreadsheet, and import that
goods-header-hint = Nothing was changed. The first line names the columns: number;description;price;VAT %. `paylink products export FILE` writes a file to fill in
goods-vat-hint = Nothing was changed. Customers pay prices with VAT in them: add a column Price incl. VAT
goods-rows-hint = Nothing was changed. Put it right, and import the file again
