package codemap_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// What carriers write, and what it must not be taken for.
func TestWords(t *testing.T) {
	said := map[string]string{
		// Delivered, and all that only sounds like it.
		"Delivered":                                       "delivered.delivered",
		"DELIVERED, FRONT DOOR/PORCH":                     "delivered.delivered",
		"Your item has been delivered.":                   "delivered.delivered",
		"The shipment has been delivered.":                "delivered.delivered",
		"Delivered - No Signature":                        "delivered.delivered",
		"Onboard for delivery":                            "ofd.out",
		"Cleared and awaiting international departure":    "transit.customs_cleared",
		"Cleared and awaiting customs clearance":          "",
		"Delivery exception":                              "exc.unspecified",
		"Delivery exception: Refused by recipient":        "exc.refused",
		"Delivery exception resolved":                     "",
		"Redirecting to FedEx Office":                     "transit.redirected",
		"Redirecting to sender":                           "",
		"Awaiting collection at SYDNEY PO":                "collect.ready",
		"Awaiting collection at the warehouse":            "",
		"Shipment delivered - signed by: REDACTED":        "delivered.signed",
		"Delivered to neighbour":                          "delivered.neighbour",
		"Delivered: left in a safe place":                 "delivered.safe_place",
		"Delivered, Front Desk/Reception":                 "delivered.other_location",
		"Collected by the customer":                       "delivered.collected",
		"Not delivered":                                   "attempt.failed",
		"Could not be delivered":                          "attempt.failed",
		"Your parcel couldn't be delivered":               "attempt.failed",
		"Your parcel couldn’t be delivered":               "attempt.failed",
		"We were unable to deliver your parcel":           "attempt.failed",
		"Package not yet delivered":                       "",
		"Delivery scheduled":                              "transit.delivery_scheduled",
		"Your package will be delivered tomorrow":         "",
		"To be delivered":                                 "",
		"Expected to be delivered on Monday":              "",
		"Being delivered":                                 "",
		"Ready to be delivered":                           "",
		"If not delivered, return to sender":              "",
		"Delivered to wrong address":                      "",
		"Delivered in error":                              "",
		"Delivered damaged":                               "",
		"Partially delivered":                             "",
		"Delivered 1 of 2 pieces":                         "",
		"Delivered duty paid":                             "",
		"Delivered to agent":                              "",
		"Delivered to Agent for Final Delivery":           "transit.handed_to_partner",
		"Delivered to post office":                        "",
		"Delivered to the drop-off point":                 "",
		"Delivered to the corner shop":                    "",
		"Delivered to local depot":                        "",
		"Delivered to customs":                            "",
		"Delivered to airline":                            "",
		"Delivered to carrier":                            "",
		"Delivered to parcel shop":                        "collect.ready",
		"Delivered to the collection point":               "collect.ready",
		"Delivered to UPS Access Point™":                  "collect.ready",
		"Delivered to parcel locker, awaiting collection": "collect.ready",
		"Will be delivered to a parcel shop":              "",
		"Delivered to sender":                             "returned.returned",
		"Delivered, To Original Sender":                   "returned.returned",
		"Return to sender":                                "returning.in_progress",
		"Item being returned to sender":                   "returning.in_progress",
		"Item will be returned to sender":                 "returning.requested",
		"If unclaimed, the item will be returned":         "",

		// To the door.
		"Out for delivery": "ofd.out",
		"OutForDelivery":   "ofd.out",
		"Out for Delivery, Expected Delivery by 9:00pm":                 "ofd.out",
		"BoundToRound - out_for_distribution":                           "",
		"The shipment has gone out on a delivery route. Expected today": "ofd.out",
		"Not out for delivery":                                          "",
		"Will be out for delivery soon":                                 "",
		"Preparing to be out for delivery":                              "",
		"Delivery attempted":                                            "attempt.failed",
		"Attempted delivery - business closed":                          "attempt.business_closed",
		"Delivery attempted, nobody was home":                           "attempt.no_recipient",
		"Notice Left (No Authorized Recipient Available)":               "attempt.no_recipient",
		"A card left at the door":                                       "attempt.notice_left",
		"Next delivery attempt scheduled":                               "",
		"Delivery will be attempted again":                              "",
		"No delivery attempt was made":                                  "attempt.failed",
		"Undeliverable as addressed":                                    "exc.address",
		"Delivery attempted: incorrect address":                         "attempt.bad_address",
		"Address incomplete":                                            "exc.address",
		"Refused by recipient":                                          "exc.refused",
		"Available for pickup":                                          "collect.ready",
		"Ready for collection at the post office":                       "collect.ready",
		"Ready for pickup":                                              "",
		"Shipment ready for pickup by courier":                          "",
		"Awaiting collection by courier":                                "",

		// On the way.
		"In transit":                                 "transit.moving",
		"In transit to next facility":                "transit.moving",
		"In transit, delayed":                        "exc.carrier_delay",
		"Departed facility":                          "transit.departed_facility",
		"Has not departed":                           "",
		"Arrived at sort facility LEIPZIG":           "transit.arrived_facility",
		"Arrived at delivery office":                 "transit.at_delivery_depot",
		"Arrival delayed":                            "exc.carrier_delay",
		"Shipment picked up":                         "transit.picked_up",
		"Accepted at USPS Origin Facility":           "transit.accepted",
		"Electronic information submitted by seller": "info.received",
		"Shipping label created, USPS awaiting item": "info.received",
		"The USPS has received the electronic shipment information and is awaiting the item": "info.received",
		"Clearance processing complete": "transit.customs_cleared",
		"Arrival at Destination Post":   "transit.arrived_destination",
		"Held by customs":               "exc.customs_hold",
		"Customs cleared":               "transit.customs_cleared",
		"Awaiting customs cleared":      "",
		"Package lost":                  "exc.loss_or_damage",
		"Shipment cancelled":            "cancelled.cancelled",

		// German
		"Die Sendung wurde erfolgreich zugestellt.":                                               "delivered.delivered",
		"Die Sendung konnte nicht zugestellt werden.":                                             "attempt.failed",
		"Die Sendung wird voraussichtlich morgen zugestellt.":                                     "",
		"Die Sendung wurde in das Zustellfahrzeug geladen.":                                       "ofd.out",
		"Die Sendung wurde in die Packstation zugestellt":                                         "collect.ready",
		"Die Sendung liegt in der Filiale zur Abholung bereit.":                                   "collect.ready",
		"Empfänger nicht angetroffen":                                                             "attempt.no_recipient",
		"Empfa\u0308nger nicht angetroffen":                                                       "attempt.no_recipient",
		"Annahme verweigert":                                                                      "exc.refused",
		"Die Sendung wird zurückgesandt":                                                          "",
		"Zurück an den Absender":                                                                  "returning.in_progress",
		"Die Sendung wurde elektronisch angekündigt.":                                             "info.received",
		"Die Auftragsdaten zu dieser Sendung wurden vom Absender elektronisch an uns übermittelt": "info.received",
		"Die Sendung wurde vom Empfänger abgeholt":                                                "delivered.collected",
		"Zustellversuch nicht erfolgreich":                                                        "attempt.failed",
		"Die Sendung wurde an einen Nachbarn zugestellt":                                          "delivered.neighbour",
		"Die Nachricht wurde zugestellt":                                                          "",
		"Benachrichtigungskarte hinterlassen":                                                     "attempt.notice_left",
		"Die Sendung wurde im Paketzentrum bearbeitet":                                            "transit.processing",
		"Das Paket wurde im GLS PaketShop zugestellt (siehe PaketShop-Anzeige).":                  "collect.ready",
		"Das Paket wurde im Paketshop zugestellt":                                                 "collect.ready",
		"Pakket afgeleverd bij PostNL-punt":                                                       "collect.ready",
		"Zugestellt an Absender":                                                                  "",

		// French
		"Article livré":                                        "delivered.delivered",
		"Votre colis est livré":                                "delivered.delivered",
		"Le colis n'a pas pu être livré":                       "attempt.failed",
		"Le colis sera livré demain":                           "",
		"Colis livré en point relais":                          "collect.ready",
		"Article en cours de livraison":                        "ofd.out",
		"Destinataire absent":                                  "attempt.no_recipient",
		"Colis disponible au point de retrait":                 "collect.ready",
		"Refusé par le destinataire":                           "exc.refused",
		"Retour à l'expéditeur":                                "returning.in_progress",
		"Livré à l'expéditeur":                                 "",
		"Renseignements électroniques soumis par l'expéditeur": "info.received",
		"Pris en charge":                                       "transit.accepted",

		// Portuguese
		"Objeto entregue ao destinatário":                         "delivered.delivered",
		"Objeto saiu para entrega ao destinatário":                "ofd.out",
		"A entrega não pode ser efetuada - Carteiro não atendido": "attempt.no_recipient",
		"A entrega não pode ser efetuada - Endereço incorreto":    "attempt.bad_address",
		"A entrega não pode ser efetuada - Cliente mudou-se":      "exc.consignee_moved",
		"A entrega não pode ser efetuada":                         "attempt.failed",
		"Objeto aguardando retirada no endereço indicado":         "collect.ready",
		"Objeto será entregue amanhã":                             "",
		"Objeto entregue na Unidade dos Correios":                 "",
		"Objeto devolvido ao remetente":                           "returning.in_progress",
		"Objeto postado":                                          "transit.accepted",
		"Objeto encaminhado":                                      "transit.moving",

		// Spanish
		"Entregado":                      "delivered.delivered",
		"No entregado":                   "attempt.failed",
		"Será entregado mañana":          "",
		"Entregado en punto de recogida": "collect.ready",
		"En reparto":                     "ofd.out",
		"Destinatario ausente":           "attempt.no_recipient",
		"Devuelto al remitente":          "returning.in_progress",
		"Pendiente de ser entregado":     "",

		// Dutch
		"Pakket is bezorgd":              "delivered.delivered",
		"Het pakket is niet bezorgd":     "attempt.failed",
		"Je pakket wordt morgen bezorgd": "",
		"Bezorgd bij afhaalpunt":         "collect.ready",
		"Bezorgd bij de buren":           "delivered.neighbour",
		"De chauffeur is onderweg":       "ofd.out",
		"Niemand thuis":                  "attempt.no_recipient",

		// Polish
		"Przesyłka doręczona":                          "delivered.delivered",
		"Przesyłka nie została doręczona":              "attempt.failed",
		"Przesyłka zostanie doręczona":                 "",
		"Przesyłka przekazana kurierowi do doręczenia": "ofd.out",
		"Przesyłka gotowa do odbioru w punkcie":        "collect.ready",
		"Doręczona do punktu":                          "",
		"Odmowa przyjęcia":                             "exc.refused",
		"Przesyłka odebrana od nadawcy":                "transit.picked_up",
		"Zwrot do nadawcy":                             "returning.in_progress",

		// Italian
		"Consegnata":                            "delivered.delivered",
		"Spedizione consegnata al destinatario": "delivered.delivered",
		"In consegna":                           "ofd.out",
		"La spedizione non è stata consegnata":  "attempt.failed",
		"Verrà consegnata domani":               "",
		"Consegnato presso il punto di ritiro":  "collect.ready",
		"Destinatario assente":                  "attempt.no_recipient",
		"Reso al mittente":                      "returning.in_progress",

		// Nothing to go by.
		"": "", " ": "", "???": "", "OK": "", "Event 4711": "", "Undelivered mail statistics": "attempt.failed",
	}
	got, loud := make(map[string]string, len(said)), make(map[string]string, len(said))
	for text := range said {
		code, version, ok := maps(t).Lookup("my-feed", "my-carrier", "", "", text)
		require.Equal(t, []bool{code != "", code != ""}, []bool{ok, version == "words/1"}, text)
		got[text] = code
		loud[text], _, _ = maps(t).Lookup("", "", "", "", "  "+strings.ReplaceAll(text, " ", " - ")+". ")
	}
	require.Equal(t, said, got)
	require.Equal(t, said, loud, "blanks and punctuation are nothing")
}

// Code, main status, words, unmapped: in this order.
func TestWordsComeLast(t *testing.T) {
	for _, c := range []struct{ source, raw, status, text, want, version string }{
		{"shippo", "package_accepted", "TRANSIT", "Delivered", "transit.accepted", "shippo/2"},
		{"shippo", "", "PRE_TRANSIT", "Delivered", "info.received", "shippo/2"},
		{"shippo", "new_word", "NEW", "Delivered", "delivered.delivered", "words/1"},
		{"shippo", "other", "", "Delivered", "delivered.delivered", "words/1"},
		{"shippo", "other", "", "Somewhere", "unknown.unmapped", "shippo/2"},
		{"my-feed", "X", "Y", "Out for delivery", "ofd.out", "words/1"},
		{"my-feed", "X", "Y", "Somewhere", "", ""},
		{"my-feed", "", "", "", "", ""},
	} {
		code, version, ok := maps(t).Lookup(c.source, "", c.raw, c.status, c.text)
		require.Equal(t, []any{c.want, c.version, c.want != ""}, []any{code, version, ok}, "%v", c)
	}
}

func TestWordsOfTheUser(t *testing.T) {
	m, err := codemap.Load(model(t), folder(t, map[string]string{"mine.yaml": `version: mine
groups: {no: [nicht, "kein*"]}
lines:
  - {to: unknown.unmapped, words: [probe]}
  - {to: delivered.signed, words: ["ab .. Hof"], with: [quittiert, unterschrieben], without: [<no>]}
`}))
	require.NoError(t, err)
	for text, want := range map[string]string{
		"Ab Hof, quittiert": "delivered.signed", "ab dem schönen neuen Hof quittiert": "delivered.signed",
		"ab dem schönen neuen großen Hof quittiert": "", "ab Hof": "", "Hof ab quittiert": "",
		"ab Hof nicht quittiert": "", "ab Hof, keine Probe, quittiert": "", "Probe ab Hof quittiert": "", "Delivered": "",
	} {
		code, version, _ := m.Lookup("", "", "", "", text)
		require.Equal(t, want, code, text)
		require.Equal(t, want != "", version == "words/mine", text)
	}
	require.True(t, m.Has("words"))
	require.Len(t, m.Words().Lines, 2)
	in, _ := m.Versions()
	require.Contains(t, in, "words/mine")
}

func TestNoTextBreaksTheWords(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("delivered ", 100_000), strings.Repeat("a", 1_000_000), strings.Repeat("\u0308", 100_000),
		"\xff\xfedelivered", strings.Repeat("delivered to the .. ", 50),
	} {
		code, _, ok := maps(t).Lookup("", "", "", "", text)
		require.Equal(t, ok, code != "")
	}
	code, _, _ := maps(t).Lookup("", "", "", "", strings.Repeat("x", 2000)+" delivered")
	require.Empty(t, code, "what lies beyond the bound is not read")
}

func FuzzWords(f *testing.F) {
	f.Add("Delivered to the parcel shop")
	f.Add("Die Sendung wurde zugestellt")
	f.Fuzz(func(t *testing.T, text string) {
		code, version, ok := maps(t).Lookup("", "", "", "", text)
		require.Equal(t, ok, code != "")
		if ok {
			require.Equal(t, "words/1", version)
			require.NotEqual(t, status.CodeUnmapped, code)
		}
		if said := " " + strings.ToLower(text) + " "; strings.Contains(said, " not ") || strings.Contains(said, " nicht ") {
			require.NotContains(t, code, "delivered.", text)
		}
	})
}

func BenchmarkWords(b *testing.B) {
	m := maps(b)
	for b.Loop() {
		m.Lookup("my-feed", "", "", "", "Your parcel is on its way to the local delivery depot")
	}
}
