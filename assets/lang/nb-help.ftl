# Norsk bokmål: hjelpen, og hva som er galt med en kommandolinje eller en konfigurasjon. De samme nøklene og variablene som
# i en-help.ftl.

## Rammen rundt hjelpen
usage-word = Bruk
usage-commands = Kommandoer
usage-arguments = Argumenter
usage-options = Valg
usage-global = Valg for alle kommandoer
usage-some-options = [VALG]
usage-command = KOMMANDO
usage-default = [standard: { $value }]
usage-values = [en av: { $values }]
usage-after =
    Uten kommando åpnes terminalappen. `paylink demo` prøver den uten konto.
    Avslutningsstatus: 0 utført, 1 intern feil, 2 kommandolinjen, 3 inndata eller konfigurasjon, 4 ikke logget inn, 5 ingen kontakt med betalingstjenesten (ligger i utboksen), 6 avvist, 7 ukjent utfall, 8 --wait uten betaling.

## Kommandoer
command-paylink = Ta betalt med lenke fra en bærbar PC
command-demo = Appen mot en sandkasse med data som kastes: ingen konto, ingen konfigurasjon, ikke noe nett
command-sandbox = Bare sandkassetjeneren, som svarer slik Dintero gjør
command-new = Lag en betalingslenke og lever den
command-list = Vis alle lenker, den nyeste først
command-show = Vis en lenke med historien dens
command-watch = Følg en lenke til den er gjort opp
command-qr = Tegn QR-koden til en lenke
command-cancel = Trekk en lenke tilbake før den er betalt
command-capture = Trekk et reservert beløp
command-void = Frigi et reservert beløp
command-refund = Betal penger tilbake
command-settle = Si at varslene til en lenke er ordnet
command-outbox = Se, send eller dropp det som venter på å bli sendt
command-outbox-list = Vis det som venter (som uten kommando)
command-outbox-send = Send den nå, også der du må avgjøre det selv: den første forespørselen regnes som tapt
command-outbox-drop = Send den aldri
command-login = Prøv API-klienten, og legg hemmeligheten i systemets nøkkelring
command-logout = Glem klienthemmeligheten
command-config = Se hvor konfigurasjonen er, kontroller den eller vis den
command-config-path = Hvor konfigurasjonen er
command-config-check = Om konfigurasjonen er riktig
command-config-show = Det som gjelder, fra fil, miljø og standardverdier; aldri en hemmelighet
command-doctor = Kontroller konfigurasjon, nøkkelring, betalingstjeneste, innlogging, klokke, data og terminal
command-completions = Skriv ut fullføringen for et skall
command-help = Vis denne hjelpen, eller hjelpen til en kommando

## Valg for alle kommandoer
option-config = Konfigurasjonsfilen [miljø: PAYLINK_CONFIG]
option-data-dir = Mappen med register og logger [miljø: PAYLINK_DATA_DIR]
option-profile = Profilen i konfigurasjonen som skal brukes [miljø: PAYLINK_PROFILE]
option-lang = Språket: en eller nb [miljø: PAYLINK_LANG]
option-json = Skriv JSON til standard ut, og feil som JSON til standard feil
option-no-color = Ingen farger [miljø: NO_COLOR]
option-verbose = Skriv mer i loggen (to ganger for alt); RUST_LOG er et alternativ
option-help = Vis hjelpen
option-version = Vis versjonen

## Valg og argumenter til kommandoene
option-lan = Gjør kundens side tilgjengelig for telefoner på dette nettet
option-listen = Adressen og porten det skal lyttes på; port 0 tar en ledig
option-sandbox-data = Ta vare på dataene til sandkassen i denne filen
option-items = En varelinje, BESKRIVELSE;ANTALL;PRIS[;MVA_PROSENT]; kan gjentas
option-methods = En betalingsmåte (vipps, card, …, eller en type som dintero_psp.vipps), eller all for alle; kan gjentas
option-new-reference = Ordrereferansen; uten den lages den neste
option-allow-duplicate-reference = Bruk referansen selv om en åpen eller betalt lenke har den
option-expires = Hvor lenge den kan betales: 15min, 4h, 1d, 1w, 1m (en kalendermåned), today (ut dagen), eller dato og klokkeslett
option-auto-capture = Trekk pengene når kunden betaler
option-no-auto-capture = Reserver pengene til de trekkes
option-express = Kunden fyller inn adressen (Checkout Express)
option-address = Kundens adresse, 'Navn;Gate;Postnummer;Sted;NO'
option-sms = Send den til denne telefonen
option-email = Den skal til denne e-postadressen (du sender e-posten)
option-link = Bare lag lenken (det vanlige)
option-new-offline = Send ingenting nå: legg den i utboksen
option-wait = Vent på betalingen, høyst så mange sekunder
option-search = Bare lenker med disse ordene i referanse, beskrivelse, telefon, e-post, navn eller id
option-states = Bare lenker med denne statusen; kan gjentas
option-limit = Høyst så mange; 0 for alle
option-offline = Spør ingen: vis det som er kjent her
option-reference = Referanse, lenke-id, sesjons-id eller transaksjons-id
option-capture-amount = En del av beløpet; uten den trekkes alt som er reservert
option-refund-amount = En del av beløpet; uten den betales alt som er trukket, tilbake
option-reason = Grunnen, til din egen oversikt hos betalingstjenesten
option-png = Skriv et PNG-bilde (- for standard ut)
option-svg = Skriv et SVG-bilde (- for standard ut)
option-level = Feilretting: hvor mye av koden som kan være uleselig
option-account-id = Kontoen, T eller P og åtte sifre
option-client-id = API-klienten
option-secret-stdin = Les klienthemmeligheten fra standard inn
option-profile-id = Betalingsprofilen hos Dintero, til en første konfigurasjon
option-return-url = Hvor kunden kommer etter betaling, til en første konfigurasjon
option-merchant-name = Navnet ditt slik kundene kjenner det, til en første konfigurasjon
option-api-url = Adressen til API-et, til en første konfigurasjon
option-checkout-url = Adressen til kassen, til en første konfigurasjon
option-shell = Skallet

## Verdier
value-level-l = 7 %, den minste koden
value-level-m = 15 %
value-level-q = 25 %, mot gjenskinn

## Det som står for en verdi
placeholder-file = FIL
placeholder-dir = MAPPE
placeholder-name = NAVN
placeholder-code = KODE
placeholder-address-port = ADRESSE:PORT
placeholder-item = LINJE
placeholder-method = MÅTE
placeholder-text = TEKST
placeholder-time = TID
placeholder-address = ADRESSE
placeholder-phone = TELEFON
placeholder-seconds = SEKUNDER
placeholder-state = STATUS
placeholder-number = ANTALL
placeholder-amount = BELØP
placeholder-ref = REF
placeholder-level = NIVÅ
placeholder-id = ID
placeholder-url = ADRESSE
placeholder-shell = SKALL

## Hva som er galt med en kommandolinje
usage-unknown-option = `{ $command }` har ikke noe valg { $option }
usage-unknown-word = `{ $command }` vet ikke hva { $word } skal være
usage-unknown-command = `{ $command }` har ingen kommando { $word }
usage-no-command = `{ $command }` trenger en av kommandoene { $known }
usage-missing = `{ $command }` trenger { $what }
usage-no-value = { $option } trenger en verdi
usage-takes-no-value = { $option } tar ingen verdi
usage-not-one-of = { $option }: { $value } er ikke en av { $known }
usage-not-a-number = { $option }: { $value } er ikke et helt tall
usage-not-a-place = { $option }: { $value } er ikke en adresse med port, for eksempel 127.0.0.1:8080
usage-not-taken = { $option }: { $value } er ikke en gyldig verdi
usage-conflict = { $option } og { $other } utelukker hverandre
usage-twice = { $option } kan bare gis én gang
usage-not-text = Et ord på kommandolinjen er ikke UTF-8-tekst
usage-wrong = Kommandolinjen er feil
usage-near = Mener du { $near }? Se `{ $command } --help`
usage-hint = Se `{ $command } --help`
mistake-language = { $place }: språket { $code } er ikke kjent; kjente språk er en og nb
