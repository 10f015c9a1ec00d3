package main

import (
	"context"
	"fmt"

	"keyturn/cmd/internal/build"
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
	d, err := demo.Open(ctx, demo.Options{Listen: c.Listen, URL: c.URL, Version: build.Version()})
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
	person := func(i int) []string {
		p := demo.People()[i]
		return []string{t.t("cli.demo.user", "name", p.Name), t.t("cli.demo.password", "password", p.Password)}
	}
	where := aligned([]string{
		cells(append([]string{"  " + t.t("cli.demo.portal"), d.Portal}, person(0)...)...),
		cells(append([]string{"  ", ""}, person(1)...)...),
		cells("  "+t.t("cli.demo.phone"), d.Phone, t.t("cli.demo.window")),
	})
	steps := []string{t.t("cli.demo.one", "account", demo.People()[0].Name), t.t("cli.demo.two"), t.t("cli.demo.three")}
	others := []string{cells(t.t("cli.demo.terminal"), "keyturn-phone activate CODE --server "+d.Origin)}
	if c.URL == "" {
		others = append(others, cells(t.t("cli.demo.real"), "keyturn demo --url https://your-name.example"))
	}
	_, err := fmt.Fprintf(t.out, "%s\n\n%s\n%s\n  1  %s\n  2  %s\n     %s\n  3  %s\n\n%s\n%s\n",
		t.t("cli.demo.title", "version", build.Version()), where,
		t.t("cli.demo.try"), steps[0], steps[1], t.t("cli.demo.two.check"), steps[2],
		aligned(others), t.t("cli.demo.stop"))
	return err
}
