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
    let path = "";
    let place: Place = this;
    while (place.parent !== undefined) {
      const { step } = place;
      const spelled = typeof step === "number" ? `[${step}]` : path === "" || path.startsWith("[") ? step : `${step}.`;
      path = spelled + path;
      place = place.parent;
    }
    return path === "" ? `${place.step}` : `${place.step}: ${path}`;
  }
}
