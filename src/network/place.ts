/** A place in a document: `net.json: projections[3].connector.p_connect`. Made on the way down, spelled out only in errors. */
export class Place {
  private readonly parent: Place | undefined;
  private readonly step: string | number;

  private constructor(parent: Place | undefined, step: string | number) {
    this.parent = parent;
    this.step = step;
  }

  /** @param source file name, or what else the document came from */
  static root(source: string): Place {
    return new Place(undefined, source);
  }

  field(name: string): Place {
    return new Place(this, name);
  }

  index(i: number): Place {
    return new Place(this, i);
  }

  toString(): string {
    const steps: (string | number)[] = [];
    let place: Place = this;
    while (place.parent !== undefined) {
      steps.unshift(place.step);
      place = place.parent;
    }
    const path = steps.reduce<string>(
      (sofar, step) => (typeof step === "number" ? `${sofar}[${step}]` : sofar === "" ? step : `${sofar}.${step}`),
      "",
    );
    return path === "" ? `${place.step}` : `${place.step}: ${path}`;
  }
}
