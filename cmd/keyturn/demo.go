package main

import (
	"context"
	"fmt"

	"keyturn/internal/demo"
)

// demoCmd is "keyturn demo".
type demoCmd struct {
	Listen string `help:"Address to listen on; if another program has the port, the next free one is taken." default:"127.0.0.1:8080" placeholder:"ADDRESS"`
	URL    string `name:"url" help:"Address of an https proxy or tunnel in front of the demo, so that a real phone can reach it." placeholder:"URL"`
}

// Examples begin the help.
func (demoCmd) Examples() string {
	return `  keyturn demo                                    open the portal and a pretend phone
  keyturn demo --url https://your-name.example    with a real phone, behind a tunnel to 127.0.0.1:8080
  keyturn demo --listen 127.0.0.1:0 --json        for scripts: one line of JSON, then it serves`
}

// Run shows where the demo is and serves it until it is interrupted.
func (c *demoCmd) Run(ctx context.Context, t *terminal) error {
	d, err := demo.Open(ctx, demo.Options{Listen: c.Listen, URL: c.URL})
	if err != nil {
		return err
	}
	if t.json {
		err = t.print(struct {
			Portal   string        `json:"portal"`
			Phone    string        `json:"phone"`
			Accounts []demo.Person `json:"accounts"`
		}{d.Portal, d.Phone, demo.People()})
	} else {
		err = c.show(t, d)
	}
	if err != nil {
		return err
	}
	return d.Serve(ctx)
}

// show is what a person reads; the address is the first thing to try.
func (c *demoCmd) show(t *terminal, d *demo.Demo) error {
	if d.Taken != "" {
		t.say(t.t("cli.demo.taken", "address", d.Taken))
	}
	who := make([]string, 2)
	for i, p := range demo.People() {
		who[i] = t.t("cli.demo.account", "name", fmt.Sprintf("%-12s", p.Name), "password", p.Password)
	}
	const wide = "%-8s %-28s %s\n"
	_, err := fmt.Fprintf(t.out, "%s\n\n  "+wide+"  "+wide+"  "+wide+"\n%s\n  1  %s\n  2  %s\n     %s\n  3  %s\n\n",
		t.t("cli.demo.title", "version", version),
		t.t("cli.demo.portal"), d.Portal, who[0],
		"", "", who[1],
		t.t("cli.demo.phone"), d.Phone, t.t("cli.demo.window"),
		t.t("cli.demo.try"), t.t("cli.demo.one", "account", demo.People()[0].Name), t.t("cli.demo.two"), t.t("cli.demo.two.check"), t.t("cli.demo.three"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s   keyturn-phone activate CODE --server %s\n", t.t("cli.demo.terminal"), d.Origin)
	if err == nil && c.URL == "" {
		_, err = fmt.Fprintf(t.out, "%s   keyturn demo --url https://your-name.example\n", t.t("cli.demo.real"))
	}
	if err == nil {
		_, err = fmt.Fprintf(t.out, "\n%s\n", t.t("cli.demo.stop"))
	}
	return err
}
